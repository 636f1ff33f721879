import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Command } from 'commander'
import { expect, it } from 'vitest'
import { completionFor } from '../../src/cli/completion.ts'
import { createProgram } from '../../src/cli/program.ts'
import { showProgress } from '../../src/cli/progress.ts'
import { makeDirectory } from '../store/directory.ts'
import { runPerfbot } from '../support/command-line.ts'

const allOf = (command: Command): Command[] => [command, ...command.commands.flatMap(allOf)]

function helpOf(command: Command): string {
  let text = ''
  command.configureOutput({ writeOut: (words) => (text += words) })
  command.outputHelp()
  return text
}

const program = createProgram()

it('every command has an example that it understands, and says what its exit status means', () => {
  for (const command of allOf(program)) {
    const help = helpOf(command)
    expect(help, command.name()).toContain('Exit status: 0')
    const examples = help.split('\n').filter((line) => /^ {2}.*\bperfbot\b/.test(line))
    expect(examples.length, command.name()).toBeGreaterThan(0)
    const flags = [...program.options, ...command.options].flatMap(({ long, short }) => [long, short])
    for (const flag of examples.join(' ').match(/(?<=perfbot.*\s)--[\w-]+/g) ?? [])
      if (command !== program) expect(flags).toContain(flag)
  }
})

it('bash completes commands, what is below them, options and their values', async () => {
  const script = join(await makeDirectory(), 'perfbot.bash')
  await writeFile(script, completionFor(program, 'bash'))
  const complete = async (...words: string[]) => {
    const typed = ['perfbot', ...words].map((word) => `'${word}'`).join(' ')
    const asked = `source ${script}; COMP_WORDS=(${typed}); COMP_CWORD=${words.length}; _perfbot; echo "\${COMPREPLY[@]}"`
    const { stdout } = await promisify(execFile)('bash', ['-c', asked])
    return stdout.trim().split(' ')
  }
  expect(await complete('rep')).toEqual(['report'])
  expect(await complete('store', '')).toEqual(expect.arrayContaining(['check', 'backup', 'export']))
  expect(await complete('report', '--')).toEqual(expect.arrayContaining(['--json', '--html']))
  expect(await complete('demo', '--scenario', '')).toEqual(['example-system'])
})

it('the other shells get every command too', () => {
  for (const shell of ['zsh', 'fish']) {
    const script = completionFor(program, shell)
    for (const command of program.commands) expect(script).toContain(command.name())
  }
})

it('a command line that cannot be read ends with 2, help with 0', async () => {
  const cwd = await makeDirectory()
  expect(await runPerfbot(['report', '--nonsense'], { cwd })).toMatchObject({ status: 2, stdout: '' })
  const help = await runPerfbot(['doctor', '--help'], { cwd })
  expect(help).toMatchObject({ status: 0, stderr: '' })
  expect(help.stdout).toContain('perfbot doctor --json')
})

it('a terminal sees one line that changes and goes, and a pipe nothing of what is quick', () => {
  const written: string[] = []
  const terminal = (isTTY: boolean) => ({ isTTY, write: (text: string) => written.push(text) })
  const watched = showProgress(terminal(true), {})
  watched.stage('Measuring')
  watched.end()
  expect(written.join('')).toContain('Measuring …')
  expect(written.at(-1)).toBe('\r\u001b[2K')
  written.length = 0
  const piped = showProgress(terminal(false), {})
  piped.stage('Measuring')
  piped.end()
  expect(written).toEqual([])
})
