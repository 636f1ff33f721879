import { cancel, isCancel, multiselect, password, text } from '@clack/prompts'
import type { Surroundings } from '../../looking-around.ts'
import type { Answers } from './configuration.ts'

/** Ctrl-C or Escape at any question: nothing has been written then. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled'
}

function answered<Value>(answer: Value): Exclude<Value, symbol> {
  if (!isCancel(answer)) return answer as Exclude<Value, symbol>
  cancel('Nothing was written.')
  throw new Cancelled()
}

type Kind = 'docker' | 'postgres' | 'redis' | 'services' | 'ollama'

/** Everything that can be read, as one list: GPUs need no entry, so there is nothing to choose. */
function choicesOf({ engines, postgres, redis, services, ollama }: Surroundings) {
  const choice = (kind: Kind, name: string, label: string, hint: string) => ({
    value: `${kind}:${name}`,
    label,
    hint,
  })
  return [
    ...engines.map(({ name, socket, containers }) =>
      choice('docker', name, `Docker engine ${name}`, `${containers} containers, ${socket ?? 'DOCKER_HOST'}`),
    ),
    ...postgres.map(({ name, where }) => choice('postgres', name, `PostgreSQL ${name}`, where)),
    ...redis.map(({ name, where }) => choice('redis', name, `Redis ${name}`, where)),
    ...services.map(({ name, url, status }) =>
      choice('services', name, `Web service ${name}`, `${url} → ${status}`),
    ),
    ...(ollama ? [choice('ollama', 'ollama', 'Ollama', `${ollama.url}, ${ollama.models} models`)] : []),
  ]
}

function only(found: Surroundings, chosen: ReadonlySet<string>): Surroundings {
  const among = <Thing extends { readonly name: string }>(kind: Kind, things: readonly Thing[]): Thing[] =>
    things.filter(({ name }) => chosen.has(`${kind}:${name}`))
  return {
    ...found,
    engines: among('docker', found.engines),
    postgres: among('postgres', found.postgres),
    redis: among('redis', found.redis),
    services: among('services', found.services),
    ollama: chosen.has('ollama:ollama') ? found.ollama : null,
  }
}

export async function chooseAmong(found: Surroundings): Promise<Surroundings> {
  const options = choicesOf(found)
  if (options.length === 0) return found
  const chosen = answered(
    await multiselect({
      message: 'What should perfbot read?',
      options,
      initialValues: options.map(({ value }) => value),
      required: false,
    }),
  )
  return only(found, new Set(chosen))
}

const beginsWith = (prefix: string) => (value: string | undefined) =>
  !value || (value.startsWith(prefix) && value.length > prefix.length + 10)
    ? undefined
    : `It begins with ${prefix} and is longer. Leave it empty to add it to .env later.`

export async function askForSlack(): Promise<Omit<Answers, 'chosen'>> {
  const token = async (message: string, prefix: string) =>
    answered(await password({ message, validate: beginsWith(prefix) })) ?? ''
  const botToken = await token('Bot token (xoxb-…; empty: later)', 'xoxb-')
  const appToken = await token('App-level token (xapp-…; empty: later)', 'xapp-')
  const channel = answered(
    await text({
      message: 'In which channel should the daily digest arrive? (empty: in none)',
      placeholder: 'ops',
      validate: (value) =>
        /^#?[\p{L}\p{N}_-]*$/u.test(value ?? '')
          ? undefined
          : 'A name such as ops, or an ID such as C012AB3CD',
    }),
  )
  const approver = answered(
    await text({
      message:
        'Your Slack user ID, so that you may approve fixes (profile → ⋮ → Copy member ID; empty: later)',
      placeholder: 'U024BE7LH',
      validate: (value) => (/^([UW][A-Z0-9]+)?$/.test(value ?? '') ? undefined : 'It is like U024BE7LH'),
    }),
  )
  return { botToken, appToken, channel: (channel ?? '').replace(/^#/, ''), approver: approver ?? '' }
}
