// Starts the language server of ekograph for Turtle and SPARQL, and ends it with the window.
"use strict";

const { window, workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

exports.activate = async function activate() {
  const [command, ...args] = workspace.getConfiguration("ekograph").get("command");
  const documentSelector = ["turtle", "sparql"].flatMap((language) => [
    { scheme: "file", language },
    { scheme: "untitled", language },
  ]);
  client = new LanguageClient("ekograph", "ekograph", { command, args }, { documentSelector });
  try {
    await client.start();
  } catch (error) {
    window.showErrorMessage(
      `${command} could not be started (${error.message}). Install it with pip install "ekograph[lsp]", ` +
        "or set its whole path as ekograph.command.",
    );
  }
};

exports.deactivate = () => client?.stop();
