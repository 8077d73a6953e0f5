// Parsers in JavaScript: reads [{tool, form, text}] as JSON from standard input, prints for each the quads or the error.
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import jsonld from 'jsonld';
import { JsonLdParser } from 'jsonld-streaming-parser';
import { Parser, Writer } from 'n3';
import rdfCanonize from 'rdf-canonize';
import { RdfXmlParser } from 'rdfxml-streaming-parser';

const streamed = async (parser, text) => Readable.from([text]).pipe(parser).toArray();
const BASE = 'https://example.org/doc';
const KINDS = { ttl: 'text/turtle', trig: 'application/trig', nt: 'application/n-triples', nq: 'application/n-quads' };
const written = (quads) => new Writer({ format: 'N-Quads' }).quadsToString(quads);
const TOOLS = {
  n3: async (text, form) => written(new Parser({ format: KINDS[form], baseIRI: BASE }).parse(text)),
  'rdfxml-streaming-parser': async (text) => written(await streamed(new RdfXmlParser({ baseIRI: BASE }), text)),
  'jsonld-streaming-parser': async (text) => written(await streamed(new JsonLdParser({ baseIRI: BASE }), text)),
  jsonld: async (text) => jsonld.toRDF(JSON.parse(text), { format: 'application/n-quads', base: BASE }),
  'rdf-canonize': async (text) => rdfCanonize.canonize(
    rdfCanonize.NQuads.parse(text), { algorithm: 'RDFC-1.0', format: 'application/n-quads' },
  ),
};
const results = [];
for (const { tool, form, text } of JSON.parse(readFileSync(0, 'utf8'))) {
  try {
    results.push({ quads: await TOOLS[tool](text, form) });
  } catch (error) {
    results.push({ error: String(error.message ?? error) });
  }
}
console.log(JSON.stringify(results));
