// shacl-engine judges files of N-Triples by the shapes of the first file; prints what it finds as JSON, by file.
// A file is judged by the rules whose ids begin as its name does, up to the hyphen: A01-label.nt by A01, A-real.nt by all A.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import dataModel from '@rdfjs/data-model';
import rdfDataset from '@rdfjs/dataset';
import { Parser } from 'n3';
import { Validator } from 'shacl-engine';
import { targetResolvers, validations } from 'shacl-engine/sparql.js';

const SH = 'http://www.w3.org/ns/shacl#';
const read = (file) => rdfDataset.dataset(new Parser({ factory: dataModel }).parse(readFileSync(file, 'utf8')));
const id = (iri) => iri.split('#').pop().slice(0, 3);

const [shapesFile, ...files] = process.argv.slice(2);
const shapes = read(shapesFile);
const stated = [...shapes].filter(({ predicate, object, subject }) => predicate.value.endsWith('#type')
  && [`${SH}NodeShape`, `${SH}PropertyShape`].includes(object.value) && subject.termType === 'NamedNode');
const found = {};
for (const file of files) {
  const [prefix] = basename(file).split('-');
  const own = stated.map(({ subject }) => subject).filter(({ value }) => id(value).startsWith(prefix));
  const validator = new Validator(shapes, { factory: dataModel, validations, targetResolvers });
  const { results } = await validator.validate({ dataset: read(file) }, own.map((term) => ({ terms: [term] })));
  found[basename(file)] = results.map(({ shape, args, focusNode }) => [
    id(shape.ptr.value), args?.value?.value ?? focusNode.value?.term?.value ?? focusNode.term?.value ?? focusNode.value,
  ]);
}
console.log(JSON.stringify(found));
