import { expect, test } from "vitest";
import { prose } from "../../../report/prose";

test("paragraphs, commands, numbered questions with their answers", () => {
  expect(prose("You *see*:\n\n    virsh list\n")).toBe(
    '<p>You <em>see</em>:</p>\n<pre tabindex="0"><code>virsh list</code></pre>\n',
  );
  expect(prose("3. Why?\n   > Because.\n")).toMatch(/<ol start="3">[\s\S]*<blockquote>\s*<p>Because/);
});

test("what looks like a tag is text, and nothing leads to a network", () => {
  const html = prose(
    "<script>alert(1)</script>\n\n`<b>` <img src=x> [here](https://example.invalid/) ![i](https://example.invalid/x.png)\n\n    a <domain> & b\n",
  );
  expect(html).not.toMatch(/<(script|img|a)\b/);
  expect(html).toContain("here (https://example.invalid/)");
  expect(html).toContain("<code>&lt;b&gt;</code>");
  expect(html).toContain("a &lt;domain&gt; &amp; b");
});
