// Edits a file through the protocol library that VS Code's own client is made of; prints what the server says, as JSON.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import protocol from 'vscode-languageserver-protocol/node.js';

const [folder, path, ...command] = process.argv.slice(2);
const server = spawn(command[0], command.slice(1), { stdio: ['pipe', 'pipe', 'ignore'] });
const connection = protocol.createProtocolConnection(
  new protocol.StreamMessageReader(server.stdout),
  new protocol.StreamMessageWriter(server.stdin),
);
const uri = pathToFileURL(path).href;
const told = [];
let hear = () => {};
connection.onNotification(protocol.PublishDiagnosticsNotification.type, (message) => {
  if (message.uri === uri) {
    told.push(message);
    hear();
  }
});
connection.listen();

// The newest diagnostics of a version, once there are some for which `wanted` holds.
const diagnostics = async (version, wanted) => {
  for (;;) {
    const last = told.filter((message) => message.version === version).at(-1)?.diagnostics ?? [];
    if (wanted(last)) return last;
    await new Promise((resolve) => { hear = resolve; });
  }
};

const { capabilities } = await connection.sendRequest(protocol.InitializeRequest.type, {
  processId: process.pid, rootUri: pathToFileURL(folder).href, locale: 'en',
  capabilities: { textDocument: { publishDiagnostics: { versionSupport: true } } },
});
await connection.sendNotification(protocol.InitializedNotification.type, {});
const text = readFileSync(path, 'utf8');
await connection.sendNotification(protocol.DidOpenTextDocumentNotification.type, {
  textDocument: { uri, languageId: 'turtle', version: 1, text },
});
const broken = text.replace(/^( +)skos:prefLabel/m, '$1skos:preflabel');
await connection.sendNotification(protocol.DidChangeTextDocumentNotification.type, {
  textDocument: { uri, version: 2 }, contentChanges: [{ text: broken }],
});
const slips = await diagnostics(2, (all) => all.some((one) => one.message.includes('preflabel')));
const slip = slips.find((one) => one.message.includes('preflabel'));
const actions = await connection.sendRequest(protocol.CodeActionRequest.type, {
  textDocument: { uri }, range: slip.range, context: { diagnostics: [slip] },
});
const symbols = await connection.sendRequest(protocol.DocumentSymbolRequest.type, { textDocument: { uri } });
await connection.sendNotification(protocol.DidChangeTextDocumentNotification.type, {
  textDocument: { uri, version: 3 }, contentChanges: [{ text }],
});
const after = await diagnostics(3, (all) => all.length === 0 && told.at(-1).version === 3);
const edits = actions.flatMap((action) => Object.values(action.edit?.changes ?? {}).flat());
console.log(JSON.stringify({
  formats: capabilities.documentFormattingProvider !== undefined,
  line: slip.range.start.line,
  mended: edits.map((edit) => edit.newText),
  symbols: symbols.map((symbol) => symbol.name),
  after: after.length,
}));
await connection.sendRequest(protocol.ShutdownRequest.type);
await connection.sendNotification(protocol.ExitNotification.type);
await new Promise((resolve) => server.on('exit', resolve));
