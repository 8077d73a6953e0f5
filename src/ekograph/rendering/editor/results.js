// The views of an answer: YASGUI's table in the words of the page, a chart of numbers, and the answer as it came.
import { chart, series } from "./chart.js";

// More text than this no one reads on a page; the download has it all.
const MOST_TEXT = 200_000;

/** Put the site's own table, chart and text views in the place of those of Yasr. */
export function register(Yasr, words) {
  Yasr.registerPlugin("table", table(Yasr.plugins.table, words));
  Yasr.registerPlugin("chart", charts(words));
  Yasr.registerPlugin("response", raw(Yasr.plugins.response, words));
}

/** The views in `place`, which speak the language of the page and link to nothing elsewhere. */
export function results(Yasr, place, words, prefixes) {
  class Views extends Yasr {
    /** Show an answer; `answer.table` makes the table of its rows, null for an answer without. */
    show(answer) {
      this.table = answer.table;
      this.setResponse(answer);
    }
    // The table tells how many rows there are.
    updateResponseInfo() {}
    fillFallbackBox() {}
    drawDocumentationButton() {}
    updateHelpButton() {}
    drawDownloadIcon() {
      super.drawDownloadIcon();
      this.downloadBtn.setAttribute("role", "button");
      this.downloadBtn.setAttribute("aria-label", words.download);
      this.downloadBtn.append(words.download);
    }
    updateExportHeaders() {
      super.updateExportHeaders();
      this.downloadBtn.title = words.download;
    }
    drawPluginSelectors() {
      super.drawPluginSelectors();
      for (const each of this.pluginSelectorsEl.querySelectorAll("button")) each.removeAttribute("aria-label");
    }
    updatePluginSelectors(usable) {
      super.updatePluginSelectors(usable);
      for (const each of this.pluginSelectorsEl?.querySelectorAll("button") ?? []) {
        each.setAttribute("aria-pressed", each.classList.contains("selected"));
        each.disabled = each.classList.contains("disabled");
      }
    }
  }
  return new Views(place, {
    prefixes,
    persistenceId: null,
    pluginOrder: ["table", "chart", "response"],
    defaultPlugin: "table",
    getDownloadFileName: () => "ekograph",
  });
}

// The page's own table: DataTables, Yasr's, speaks English and writes a <style> that the policy of the page forbids.
function table(Table, words) {
  return class extends inWords(Table, words.table) {
    canHandleResults() {
      return Boolean(this.yasr.table) && super.canHandleResults();
    }
    draw() {
      this.yasr.resultsEl.replaceChildren(this.yasr.table());
    }
    // Spreadsheets know UTF-8 by the mark at its beginning.
    download(name) {
      const made = super.download(name);
      return { ...made, title: words.download, getData: () => `\uFEFF${made.getData()}` };
    }
    destroy() {}
  };
}

function raw(Response, words) {
  return class extends inWords(Response, words.raw) {
    draw() {
      const text = this.yasr.results.getOriginalResponseAsString();
      const box = document.createElement("pre");
      box.className = "code scroll";
      box.textContent = text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text;
      this.yasr.resultsEl.replaceChildren(reachable(box, words.raw));
    }
  };
}

// What scrolls can be scrolled with the keyboard too (WCAG 2.1.1).
function reachable(box, name) {
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", name);
  return box;
}

function charts(words) {
  return class {
    priority = 5;
    label = words.chart;
    constructor(yasr) {
      this.yasr = yasr;
    }
    canHandleResults() {
      return Boolean(this.yasr.table) && series(this.yasr.results).length > 0;
    }
    draw() {
      const box = document.createElement("div");
      box.className = "scroll";
      box.append(...series(this.yasr.results).map(chart));
      this.yasr.resultsEl.replaceChildren(reachable(box, words.chart));
    }
    getIcon() {
      return undefined;
    }
  };
}

function inWords(View, label) {
  return class extends View {
    constructor(yasr) {
      super(yasr);
      this.label = label;
      this.helpReference = undefined;
    }
  };
}
