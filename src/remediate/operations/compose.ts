import { access, copyFile, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { redact } from '../../model/redact.ts'
import type { Engines } from '../engines.ts'
import { engineAt } from './docker-container.ts'
import { operation, sameEachTime } from './operation.ts'
import { runProgram } from './program.ts'

/** What compose writes on its containers. */
export const COMPOSE_LABELS = {
  directory: 'com.docker.compose.project.working_dir',
  files: 'com.docker.compose.project.config_files',
  project: 'com.docker.compose.project',
  service: 'com.docker.compose.service',
} as const

/** Compose reads it by itself, after the file that it changes. */
const OVERRIDE = 'docker-compose.override.yml'

const SERVICE = /^[\w.-]+$/

const place = {
  directory: z.string().regex(/^\//, 'an absolute path'),
  service: z.string().regex(SERVICE),
}

const Override = z.looseObject({
  version: z.string().optional(),
  services: z.record(z.string(), z.looseObject({})).optional(),
})
type Override = z.infer<typeof Override>

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  )

const readText = (path: string): Promise<string | null> =>
  readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })

/** Written beside it and renamed, so that nobody ever reads half a file. */
async function writeWhole(path: string, text: string): Promise<void> {
  const draft = `${path}.perfbot-draft`
  await writeFile(draft, text)
  await rename(draft, path)
}

type Variable = { directory: string; service: string; variable: string; value: string }

/** The override with one variable set; all else in it as it was, down to a list that is one. */
function withVariable(
  before: string | null,
  { service, variable, value }: Variable,
  version: string | undefined,
): string {
  const file: Override = Override.parse(before === null ? {} : (parse(before) ?? {}))
  const services = file.services ?? {}
  const former = services[service] ?? {}
  const { environment } = former
  const changed = Array.isArray(environment)
    ? [...environment.filter((entry) => !String(entry).startsWith(`${variable}=`)), `${variable}=${value}`]
    : { ...(environment as object | undefined), [variable]: value }
  return stringify({
    ...(version && file.version === undefined ? { version } : {}),
    ...file,
    services: { ...services, [service]: { ...former, environment: changed } },
  })
}

/** The version that the main file states: compose 1 wants the same in both. */
async function versionOf(directory: string): Promise<string | undefined> {
  for (const name of ['docker-compose.yml', 'docker-compose.yaml', 'compose.yml', 'compose.yaml']) {
    const text = await readText(join(directory, name))
    if (text !== null) return Override.parse(parse(text) ?? {}).version
  }
  throw new Error(`there is no compose file in ${directory}`)
}

export const composeSetVariable = operation({
  name: 'compose.set-variable',
  argumentsSchema: z.strictObject({
    ...place,
    variable: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/),
    value: z.string(),
    /** Where what was there is kept for the undo. */
    backup: z.string().regex(/^[\w-]+$/),
  }),
  exact: ({ directory, service, variable, value }) =>
    `# ${join(directory, OVERRIDE)}\nservices:\n  ${service}:\n    environment:\n      ${redact(`${variable}: ${value}`)}`,
  async run(args) {
    const path = join(args.directory, OVERRIDE)
    const before = await readText(path)
    const backup = `${path}.${args.backup}`
    // Kept once: taken up again it must not keep its own work.
    if (before !== null && !(await isThere(backup))) await copyFile(path, backup)
    await writeWhole(path, withVariable(before, args, await versionOf(args.directory)))
  },
  wasDone: sameEachTime,
})

export const composeRestoreOverride = operation({
  name: 'compose.restore-override',
  argumentsSchema: z.strictObject({ ...place, backup: z.string().regex(/^[\w-]+$/) }),
  exact: ({ directory, backup }) => {
    const path = join(directory, OVERRIDE)
    return `mv ${path}.${backup} ${path}  # or rm ${path}, where there was none`
  },
  async remember({ directory, service: _service, backup }) {
    const path = join(directory, OVERRIDE)
    if (await isThere(`${path}.${backup}`)) throw new Error(`${path}.${backup} is there already`)
    return { former: (await isThere(path)) ? 'a file' : 'no file' }
  },
  async run({ directory, backup }, _engines, _signal, remembered) {
    const path = join(directory, OVERRIDE)
    if (remembered?.former === 'no file') await rm(path, { force: true })
    else if (await isThere(`${path}.${backup}`)) await rename(`${path}.${backup}`, path)
  },
  wasDone: sameEachTime,
})

async function socketOf(engine: string, engines: Engines): Promise<string> {
  const { socketPath } = engineAt({ engine }, engines).modem as { socketPath?: string }
  if (!socketPath) throw new Error(`the engine ${engine} has no socket that compose could use`)
  return socketPath
}

/** Makes the service what the files say; compose recreates only what differs. */
export const composeUp = operation({
  name: 'compose.up',
  argumentsSchema: z.strictObject({
    ...place,
    engine: z.string(),
    project: z.string().regex(/^[\w.-]+$/),
  }),
  deadlineSeconds: 300,
  exact: ({ directory, project, service }) =>
    `cd ${directory} && docker-compose --project-name ${project} up --detach --no-deps --no-build ${service}`,
  async run({ directory, engine, project, service }, engines, signal) {
    const words = ['--project-name', project, 'up', '--detach', '--no-deps', '--no-build', service]
    const DOCKER_HOST = `unix://${await socketOf(engine, engines)}`
    await runProgram('docker-compose', words, engines, signal, { cwd: directory, env: { DOCKER_HOST } })
  },
  // What is as the files say already is left alone.
  wasDone: sameEachTime,
})
