import { styleText } from 'node:util'
import type { Config } from '../config.ts'
import type { Examination } from '../model/examination.ts'
import { oneLine } from '../model/plain-text.ts'
import { examineConfiguredSlack } from '../slack/examine-slack.ts'
import { showWhile } from './progress.ts'
import { createLogger, readConfig, withPerfbot } from './session.ts'

const STYLE: Record<Examination['verdict'], Parameters<typeof styleText>[0]> = {
  well: 'green',
  absent: 'dim',
  lacking: 'yellow',
  failed: ['bold', 'red'],
}

const WORD: Record<Examination['verdict'], string> = {
  well: 'ok',
  absent: 'absent',
  lacking: 'lacking',
  failed: 'failed',
}

function render(examinations: readonly Examination[], colour: boolean): string {
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    colour ? styleText(style, text, { validateStream: false }) : text
  const width = Math.max(...examinations.map(({ subject }) => oneLine(subject).length))
  const lines = examinations.flatMap(({ subject, verdict, detail, remedy }) => [
    `${paint(STYLE[verdict], WORD[verdict].padEnd(7))}  ${oneLine(subject).padEnd(width)}  ${oneLine(detail)}`,
    // Whole, on lines of its own, so that it can be copied.
    ...(remedy === null ? [] : remedy.split('\n').map((line) => `${' '.repeat(9)}→ ${line}`)),
  ])
  const failed = examinations.filter(({ verdict }) => verdict === 'failed').length
  const verdict = failed === 0 ? 'Nothing has failed.' : `${failed} failed.`
  return `${lines.join('\n')}\n\n${verdict} What is absent is nobody's fault; each line above says how to have it.\n`
}

/** Exit status 1 when something failed; what is merely absent is no failure. */
async function examineAll(config: Config): Promise<Examination[]> {
  const examinations: Examination[] = []
  await withPerfbot(config, createLogger('silent'), async (perfbot) => {
    const [own, slack] = await showWhile('Trying every connection and permission', () =>
      Promise.all([perfbot.examine(), examineConfiguredSlack(config.slack)]),
    )
    examinations.push(...own, ...slack)
  })
  return examinations
}

export async function runDoctor(
  configFile: string | undefined,
  { json }: { readonly json?: boolean },
): Promise<void> {
  const examinations = await examineAll(await readConfig(configFile))
  process.stdout.write(
    json
      ? `${JSON.stringify(examinations, null, 2)}\n`
      : render(examinations, process.stdout.hasColors?.() ?? false),
  )
  if (examinations.some(({ verdict }) => verdict === 'failed')) process.exitCode = 1
}
