import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { confirm, intro, isCancel, log, outro, spinner } from '@clack/prompts'
import { ConfigFailure, DEFAULT_CONFIG_FILE, parseConfig } from '../config.ts'
import { type FoundServer, lookAround, type Surroundings } from '../looking-around.ts'
import { type Answers, composeConfiguration } from './init/configuration.ts'
import { composeEnvironment, variablesOf } from './init/environment.ts'
import { askForSlack, Cancelled, chooseAmong } from './init/questions.ts'

const MANIFEST = join(import.meta.dirname, '../../config/slack-manifest.yaml')
const ENVIRONMENT_FILE = '.env'

export type InitOptions = { readonly yes?: boolean; readonly force?: boolean }

const say = (text: string) => process.stdout.write(`${text}\n`)

const textOf = async (path: string): Promise<string | null> =>
  readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw new ConfigFailure(`${path} cannot be read: ${error.message}`, { cause: error })
  })

/** In a line each, for whoever wants to know what was looked at. */
function describe(found: Surroundings): string[] {
  const count = (number: number, one: string, many: string) => `${number} ${number === 1 ? one : many}`
  const names = (things: readonly { name: string }[]) => things.map(({ name }) => name).join(', ')
  return [
    found.engines.length > 0
      ? found.engines
          .map(
            ({ name, containers }) =>
              `Docker engine ${name}: ${count(containers, 'container', 'containers')}`,
          )
          .join('\n')
      : 'No Docker engine',
    found.postgres.length > 0 ? `PostgreSQL: ${names(found.postgres)}` : 'No PostgreSQL',
    found.redis.length > 0 ? `Redis: ${names(found.redis)}` : 'No Redis',
    found.services.length > 0 ? `Web services: ${names(found.services)}` : 'No web service',
    found.ollama ? `Ollama: ${count(found.ollama.models, 'model', 'models')}` : 'No Ollama',
    found.gpus.length > 0 ? found.gpus.join('\n') : 'No GPU',
    ...found.obstacles.map(({ reason, remedy }) => `${reason}\n  → ${remedy}`),
  ]
}

/** Without its comments, which tell of the scopes and stand in the way of pasting nothing. */
const manifest = async (): Promise<string> =>
  (await readFile(MANIFEST, 'utf8')).replace(/^\s*#.*\n/gm, '').replace(/ +# .*$/gm, '')

const MANIFEST_PLACE = `Slack: paste the manifest below at https://api.slack.com/apps → Create New App → From a manifest.
Then Install to Workspace (OAuth & Permissions), and make an app-level token with connections:write (Basic Information).`

function grants(servers: readonly FoundServer[]): string {
  return servers
    .filter(({ opener }) => opener !== null)
    .map(({ name, variable, opener, statements }) =>
      [
        `${name}: run  ${opener}`,
        ...statements.map((statement) => `  ${statement}`),
        ...(variable && statements.includes('\\password perfbot') ? [`  (give it ${variable} of .env)`] : []),
      ].join('\n'),
    )
    .join('\n')
}

/** Written whole or not at all, and readable by nobody else. */
async function writeSecretly(path: string, text: string): Promise<void> {
  const beside = `${path}.${process.pid}.new`
  await writeFile(beside, text, { mode: 0o600, flag: 'wx' })
  await chmod(beside, 0o600)
  await rename(beside, path)
}

async function write(file: string, answers: Answers): Promise<void> {
  const existing = (await textOf(ENVIRONMENT_FILE)) ?? ''
  const variables = variablesOf(answers)
  const configuration = composeConfiguration(answers)
  // What it writes, it can read: a mistake here is perfbot's, and is told before anything is written.
  parseConfig(configuration, file, {
    ...Object.fromEntries(variables.map(({ name, value }) => [name, value])),
    ...process.env,
  })
  await mkdir(dirname(file), { recursive: true })
  if ((await textOf(file)) !== null) await rename(file, `${file}.before`)
  await writeFile(file, configuration)
  await writeSecretly(ENVIRONMENT_FILE, composeEnvironment(existing, variables))
}

function next(answers: Answers): string {
  const toGrant = grants([...answers.chosen.postgres, ...answers.chosen.redis])
  const isComplete = answers.botToken !== '' && answers.appToken !== ''
  return [
    ...(toGrant ? [`Let perfbot in:\n${toGrant}`] : []),
    ...(isComplete ? [] : ['Put the two tokens of Slack into .env.']),
    'Then: npx perfbot doctor tries everything, npx perfbot start runs the bot.',
  ].join('\n\n')
}

/** All that is here is taken, nothing is asked; what only a person knows is left for .env. */
async function withoutQuestions(file: string, force: boolean): Promise<void> {
  if (!force && (await textOf(file)) !== null)
    throw new ConfigFailure(
      `${file} is there already, and stays as it is.\n  perfbot init --yes --force writes a new one and keeps the old as ${file}.before`,
    )
  const found = await lookAround(process.env)
  for (const line of describe(found)) say(line)
  const answers = { chosen: found, botToken: '', appToken: '', channel: '', approver: '' }
  await write(file, answers)
  say(`\nWritten: ${file}, ${ENVIRONMENT_FILE} (mode 600)\n`)
  say(`${MANIFEST_PLACE}\n\n${await manifest()}`)
  say(next(answers))
}

async function mayWrite(file: string, force: boolean): Promise<boolean> {
  if (force || (await textOf(file)) === null) return true
  const answer = await confirm({
    message: `${file} is there already. Write a new one? The old one is kept as ${file}.before.`,
    initialValue: false,
  })
  return !isCancel(answer) && answer
}

async function withQuestions(file: string, force: boolean): Promise<void> {
  intro('perfbot init')
  if (!(await mayWrite(file, force))) {
    outro('Nothing was written.')
    return
  }
  const looking = spinner()
  looking.start('Looking at what is here')
  const found = await lookAround(process.env)
  looking.stop('This is here:')
  for (const line of describe(found)) log.message(line)
  const chosen = await chooseAmong(found)
  log.step(MANIFEST_PLACE)
  // Bare, so that it can be copied.
  say(`\n${await manifest()}`)
  const answers = { chosen, ...(await askForSlack()) }
  await write(file, answers)
  log.success(`Written: ${file}, ${ENVIRONMENT_FILE} (mode 600)`)
  outro(next(answers))
}

export async function runInit(configFile: string | undefined, { yes, force }: InitOptions): Promise<void> {
  const file = configFile ?? DEFAULT_CONFIG_FILE
  if (yes) return withoutQuestions(file, force ?? false)
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw new ConfigFailure('init asks questions, and this is no terminal.\n  perfbot init --yes asks none')
  try {
    await withQuestions(file, force ?? false)
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error
    process.exitCode = 1
  }
}
