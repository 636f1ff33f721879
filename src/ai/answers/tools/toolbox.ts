import { containerDetail, findings, latestReadings, searchLogs, series } from './look-up.ts'
import { explainStatement, statements } from './postgres.ts'
import { audit, catalogue, propose, wantsSomethingDone } from './records.ts'
import type { Tool, ToolContext } from './tool.ts'

const LOOKING: readonly Tool[] = [
  latestReadings,
  series,
  findings,
  searchLogs,
  containerDetail,
  statements,
  explainStatement,
  audit,
  catalogue,
]

/** Each tool costs tokens, and one that cannot be used tempts: a proposal is for who wants something done. */
export const toolsFor = ({ question, sources }: ToolContext): readonly Tool[] =>
  sources.propose && wantsSomethingDone(question.text) ? [...LOOKING, propose] : LOOKING
