// ldes-client replicates an event stream; prints the newest state of each thing as N-Quads.
import { intoConfig, replicateLDES } from 'ldes-client';
import { Writer } from 'n3';

const stream = replicateLDES(intoConfig({ url: process.argv[2], materialize: true, lastVersionOnly: true }));
const writer = new Writer({ format: 'N-Quads' });
for await (const member of stream.stream()) {
  writer.addQuads(member.quads);
}
writer.end((_, text) => process.stdout.write(text));
