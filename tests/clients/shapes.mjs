// SHACL engines in JavaScript: reads [{engine, shapes, data}] (Turtle, N-Triples) as JSON from standard input, and prints
// for each whether the data conform, or the error.
import { readFileSync } from 'node:fs';
import dataModel from '@rdfjs/data-model';
import rdfDataset from '@rdfjs/dataset';
import { Parser } from 'n3';
import SHACLValidator from 'rdf-validate-shacl';
import { Validator } from 'shacl-engine';
import { targetResolvers, validations } from 'shacl-engine/sparql.js';

const read = (text) => rdfDataset.dataset(new Parser({ factory: dataModel }).parse(text));
const ENGINES = {
  'shacl-engine': async (shapes, data) => new Validator(shapes, { factory: dataModel, validations, targetResolvers })
    .validate({ dataset: data }),
  'rdf-validate-shacl': async (shapes, data) => new SHACLValidator(shapes).validate(data),
};
const results = [];
for (const { engine, shapes, data } of JSON.parse(readFileSync(0, 'utf8'))) {
  try {
    results.push((await ENGINES[engine](read(shapes), read(data))).conforms);
  } catch (error) {
    results.push(String(error.message ?? error));
  }
}
console.log(JSON.stringify(results));
