import { Marked } from "marked";

/** HTML of a text that somebody wrote in Markdown. What looks like a tag in it is text. */
export function prose(markdown: string): string {
  return own.parse(markdown, { async: false });
}

const own = new Marked({
  renderer: {
    html: ({ text }) => escaped(text),
    // A page needs no network: an address is for people to read.
    link: ({ href, text }) => (text === href ? escaped(href) : `${escaped(text)} (${escaped(href)})`),
    image: ({ text }) => escaped(text),
    // As the pages' other commands: it can be scrolled by the keyboard.
    code: ({ text }) => `<pre tabindex="0"><code>${escaped(text)}</code></pre>\n`,
  },
});

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (letter) => entities[letter] ?? letter);
}
