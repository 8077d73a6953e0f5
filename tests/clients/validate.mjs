// rdf-validate-shacl judges a graph by shapes, both read from Turtle files; prints what it finds as JSON.
import { readFileSync } from 'node:fs';
import { Parser, Store } from 'n3';
import SHACLValidator from 'rdf-validate-shacl';

// What shapes import are tables that are not needed to judge by them.
const imports = ({ predicate }) => predicate.value === 'http://www.w3.org/2002/07/owl#imports';
const read = (file) => new Store(new Parser().parse(readFileSync(file, 'utf8')).filter((quad) => !imports(quad)));

const [data, shapes] = process.argv.slice(2).map(read);
const report = await new SHACLValidator(shapes).validate(data);
const found = report.results.map(({ severity, path, focusNode }) => ({
  severity: severity.value, path: path?.value ?? null, focusNode: focusNode.value,
}));
console.log(JSON.stringify(found));
