import { asTyped } from '../../src/bot/receive/commands';

/** Slack escapes three signs in what people type, and only those. */
test.each([
  ['R&amp;D &lt;a&gt; 1&gt;2', 'R&D <a> 1>2'],
  // Decoded once: whoever types an entity means these letters.
  ['&amp;lt; &amp;amp;', '&lt; &amp;'],
  ['<@U0BEN|ben> <#C0INC42|inc-42>', '<@U0BEN|ben> <#C0INC42|inc-42>'],
  ['&quot; &#39;', '&quot; &#39;'],
])('%s was typed as %s', (sent, typed) => expect(asTyped(sent)).toBe(typed));
