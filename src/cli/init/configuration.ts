import { stringify } from 'yaml'
import type { FoundServer, FoundService, Surroundings } from '../../looking-around.ts'

/** What the person at the terminal answered; with --yes, what is here and nothing else. */
export type Answers = {
  readonly chosen: Surroundings
  readonly botToken: string
  readonly appToken: string
  /** Where the digest goes; empty is nowhere. */
  readonly channel: string
  /** A Slack user ID; empty is nobody. */
  readonly approver: string
}

const yaml = (value: unknown): string =>
  stringify(value, { lineWidth: 0, flowCollectionPadding: false }).trimEnd()

/** A list under its name, every entry under the comment that says where it was found. */
function section(
  name: string,
  about: string,
  entries: readonly { comment: string; entry: unknown }[],
): string {
  if (entries.length === 0) return `# ${about}\n# ${name}: none was found.`
  const lines = entries.flatMap(({ comment, entry }) => [
    `  # ${comment}`,
    ...yaml([entry])
      .split('\n')
      .map((line) => `  ${line}`),
  ])
  return [`# ${about}`, `${name}:`, ...lines].join('\n')
}

const ofServer = ({ name, where, url, obstacle }: FoundServer) => ({
  comment: [
    `In ${where}.`.replace('In this machine', 'On this machine'),
    ...(obstacle ? [`${obstacle}.`] : []),
  ].join(' '),
  entry: { name, url },
})

/** One that answers with an error where it was asked is for the person to correct, and judged by nobody until then. */
function services(found: readonly FoundService[]): string {
  const well = found.filter(({ status }) => status < 400)
  const written = section(
    'services',
    'Asked with each reading. target: what P95 should be at most.',
    well.map(({ name, url, status }) => ({
      comment: `Answered ${status} when this file was written. # target: 200ms`,
      entry: { name, url },
    })),
  )
  const unwell = found
    .filter(({ status }) => status >= 400)
    .flatMap(({ name, url, status }) => [
      `  # ${name} answered ${status}: name a path that tells whether it is well, and take the # away.`,
      `  # - name: ${name}`,
      `  #   url: ${url}`,
    ])
  return [written, ...unwell].join('\n')
}

function slack({ channel, approver }: Answers): string {
  return [
    'slack:',
    '  # SLACK_BOT_TOKEN and SLACK_APP_TOKEN come from .env.',
    '  # Where the digest and the alerts go. perfbot has to be invited there: /invite @perfbot',
    `  channels: [${channel ? JSON.stringify(channel) : ''}]`,
    ...(channel
      ? [
          '  # Every morning of the week; /perf digest changes it.',
          '  digest:',
          '    schedule: "0 9 * * 1-5"',
        ]
      : []),
    '',
    '# Who may approve fixes, by Slack ID (/perf whoami says yours). Empty means nobody, not everybody.',
    'approvers:',
    `  users: [${approver}]`,
  ].join('\n')
}

const HEAD = `# perfbot, as \`perfbot init\` found this machine. Every line can be left out; all that can be said stands in
# config/perfbot.example.yaml. \${NAME} takes a value from the environment or from .env. Try it: npx perfbot doctor`

/** config/perfbot.yaml for what was chosen: only what differs from what holds anyway, each with its reason. */
export function composeConfiguration(answers: Answers): string {
  const { engines, postgres, redis, services: web, ollama, gpus } = answers.chosen
  return [
    HEAD,
    section(
      'docker',
      'Docker engines. The user that runs perfbot has to be able to open the socket.',
      engines.flatMap(({ name, socket, containers }) =>
        socket === null ? [] : [{ comment: `${containers} containers.`, entry: { name, socket } }],
      ),
    ),
    section(
      'postgres',
      'PostgreSQL servers, by a role that may read the statistics and nothing else.',
      postgres.map(ofServer),
    ),
    section('redis', 'Redis and Valkey.', redis.map(ofServer)),
    services(web),
    ollama
      ? `# Ollama, with ${ollama.models} models: the first that is installed writes the summary.\nollama:\n  url: ${ollama.url}`
      : '# ollama: none answered; http://127.0.0.1:11434 is looked at all the same.',
    gpus.length > 0
      ? `# GPUs need no entry:\n${gpus.map((gpu) => `#   ${gpu}`).join('\n')}`
      : '# GPUs: none was found. NVIDIA needs nvidia-smi on the PATH, AMD nothing.',
    slack(answers),
  ]
    .join('\n\n')
    .concat('\n')
}
