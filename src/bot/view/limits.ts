/**
 * What Slack accepts, in one table: the builder keeps within it, the sandbox's checker refuses what is beyond it.
 * Lengths are characters (UTF-16 code units, as JavaScript counts), counts are items. Sources disagree about the numbers
 * marked "cautious"; the smaller one is taken.
 */
export const LIMITS = Object.freeze({
  message: {
    /** blocks in one message */
    blocks: 50,
    /** characters of all blocks together; beyond it Slack answers msg_blocks_too_long (cautious: reported, not documented) */
    characters: 13_000,
    /** characters of the top-level text; Slack cuts there, the sandbox refuses */
    text: 40_000,
    /** characters of the top-level text that Slack recommends not to pass */
    recommendedText: 4_000,
  },
  view: {
    /** blocks in a modal or a Home tab */
    blocks: 100,
    /** characters of title, submit and close, each */
    title: 24,
    /** characters */
    privateMetadata: 3_000,
    /** characters */
    callbackId: 255,
    /** characters */
    externalId: 255,
    /** bytes of the whole view as JSON */
    bytes: 250_000,
    /** views stacked on one another */
    stack: 3,
  },
  /** characters of block_id and of action_id, each */
  id: 255,
  /** characters of any text object, at least 1 */
  text: 3_000,
  /** characters of a header's plain text */
  header: 150,
  section: {
    /** characters of the section's text */
    text: 3_000,
    /** fields in one section */
    fields: 10,
    /** characters of one field */
    field: 2_000,
  },
  context: {
    /** texts and images in one context */
    elements: 10,
  },
  actions: {
    /** elements in one actions block */
    elements: 25,
  },
  button: {
    /** characters of the label; about 30 are shown */
    text: 75,
    /** characters */
    value: 2_000,
    /** characters */
    url: 3_000,
    /** characters */
    accessibilityLabel: 75,
  },
  confirm: {
    /** characters */
    title: 100,
    /** characters */
    text: 300,
    /** characters of each of the two buttons */
    button: 30,
  },
  option: {
    /** characters of the label, and of the description */
    text: 75,
    /** characters (cautious: another source says 150) */
    value: 75,
    /** characters */
    url: 3_000,
  },
  select: {
    /** options in one select or in one of its groups */
    options: 100,
    /** groups in one select */
    groups: 100,
    /** characters of a placeholder */
    placeholder: 150,
    /** characters of a group's label */
    groupLabel: 75,
  },
  overflow: {
    /** options in one overflow menu */
    options: 5,
  },
  choices: {
    /** options of one checkboxes or radio_buttons */
    options: 10,
  },
  input: {
    /** characters of label and of hint, each */
    label: 2_000,
    /** characters that a plain_text_input may ask for */
    plainText: 3_000,
  },
  image: {
    /** characters */
    url: 3_000,
    /** characters */
    altText: 2_000,
    /** characters */
    title: 2_000,
  },
  markdown: {
    /** characters over all markdown blocks of a message */
    text: 12_000,
  },
  /** characters of an alert's text; modals only */
  alert: 200,
  table: {
    /** rows, the head included */
    rows: 100,
    /** cells in one row */
    columns: 20,
    /** column_settings */
    columnSettings: 20,
    /** characters over all cells of all tables of a message */
    characters: 10_000,
    /** tables in one message (cautious: newer sources only count characters) */
    tables: 1,
  },
  dataTable: {
    /** rows, the head included; at least 2 */
    rows: 201,
    /** cells in one row; at least 1 */
    columns: 20,
    /** rows on one page; at least 1 */
    pageSize: 100,
    /** characters over all cells of all data tables of a message */
    characters: 20_000,
  },
  manifest: {
    /** slash commands of one app */
    commands: 50,
    /** characters of a command, the slash included */
    command: 32,
    /** characters */
    commandDescription: 2_000,
    /** characters */
    usageHint: 1_000,
    /** characters */
    appName: 35,
    /** shortcuts of one app */
    shortcuts: 10,
  },
  responseUrl: {
    /** posts */
    uses: 5,
    /** milliseconds */
    lifeMs: 30 * 60_000,
  },
  time: {
    /** milliseconds in which a command, click, submission or shortcut must be acknowledged */
    ackMs: 3_000,
    /** milliseconds in which a trigger id can be exchanged, once */
    triggerMs: 3_000,
  },
  rate: {
    /** messages per minute and channel */
    postPerMinute: 60,
    /** calls of chat.update per minute and workspace */
    updatePerMinute: 50,
  },
} as const);
