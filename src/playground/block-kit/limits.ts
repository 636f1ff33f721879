/**
 * Every limit of Block Kit that the playground enforces, in one place.
 * Sources: the doc comments of @slack/types 3.2 and the pages they link to on docs.slack.dev; where neither gives a
 * number, the source is named beside it.
 */
export const limits = {
  message: {
    blocks: 50,
    /** Longer text is cut, not refused (docs: chat.postMessage, "Truncating content"). */
    textCut: 40_000,
    /** chat.update refuses what chat.postMessage would still take. */
    textOnUpdate: 4_000,
    /** All `markdown` blocks of one message together. */
    markdownTogether: 12_000,
    /** The text of all blocks together: undocumented, answered with msg_blocks_too_long (bolt-js issues 2509, 2867). */
    blocksTextTogether: 12_000,
    attachments: 100,
    tables: 1,
  },
  view: {
    blocks: 100,
    title: 24,
    submit: 24,
    close: 24,
    privateMetadata: 3_000,
    callbackId: 255,
    externalId: 255,
    stacked: 3,
    /** A view may not exceed 250 KB when written as JSON (docs: views.open, view_too_large). */
    bytes: 250_000,
  },
  blockId: 255,
  actionId: 255,
  text: 3_000,
  actionsElements: 25,
  /** docs.slack.dev/reference/block-kit/blocks/alert-block */
  alertText: 200,
  card: { title: 150, subtitle: 150, body: 200, actions: 3 },
  carouselCards: 10,
  container: { title: 150, subtitle: 150, children: 10 },
  contextElements: 10,
  contextActionsElements: 5,
  /** 100 rows and the header (docs.slack.dev/reference/block-kit/blocks/data-table-block). */
  dataTable: { rows: 101, columns: 20, pageSize: 100, characters: 10_000 },
  header: 150,
  image: { url: 3_000, altText: 2_000, title: 2_000 },
  input: { label: 2_000, hint: 2_000 },
  markdown: 12_000,
  section: { text: 3_000, fields: 10, field: 2_000 },
  table: { rows: 100, columns: 20, characters: 10_000 },
  video: { title: 200, author: 50, description: 200 },
  button: { text: 75, value: 2_000, url: 3_000, accessibilityLabel: 75 },
  choices: { checkboxes: 10, radioButtons: 10, overflow: 5, select: 100, optionGroups: 100 },
  confirm: { title: 100, text: 300, button: 30 },
  option: { text: 75, value: 75, description: 75, url: 3_000 },
  optionGroupLabel: 75,
  placeholder: 150,
  plainTextInput: 3_000,
  richTextInputLines: 100,
  fileInputFiles: 10,
} as const
