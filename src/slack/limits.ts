/** Slack's limits, from docs.slack.dev/reference/block-kit. */
export const LIMITS = {
  blocksInMessage: 50,
  /** Of all texts of a message's blocks together: msg_blocks_too_long comes a little above this. */
  charactersInMessage: 12_000,
  headerText: 150,
  sectionText: 3000,
  sectionFields: 10,
  fieldText: 2000,
  buttonText: 75,
  buttonValue: 2000,
  modalTitle: 24,
  optionText: 75,
  optionValue: 75,
  selectOptions: 100,
  privateMetadata: 3000,
  tableRows: 100,
  tableColumns: 20,
  /** Of all cells of a table together. */
  tableCharacters: 10_000,
  /** `alt_txt` of an uploaded file. */
  altText: 1000,
  /** `text` of a message: longer ones are recommended to be split. */
  messageText: 4000,
} as const
