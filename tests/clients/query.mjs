// Comunica finds out for itself what is at an address and answers a query there; prints its bindings as JSON.
import { QueryEngine } from '@comunica/query-sparql';

const [source, query] = process.argv.slice(2);
// Comunica prefers formats that have named graphs, and a page says in which graph each statement is.
const context = { sources: [source], unionDefaultGraph: true };
const bindings = await (await new QueryEngine().queryBindings(query, context)).toArray();
const values = (row) => Object.fromEntries([...row].map(([variable, term]) => [variable.value, term.value]));
console.log(JSON.stringify(bindings.map(values)));
