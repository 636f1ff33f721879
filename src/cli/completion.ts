import type { Command } from 'commander'
import { ConfigFailure } from '../config.ts'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** What may be typed after some words of a command line. */
type Place = {
  /** The commands before, as `store backup`; empty at the beginning. */
  readonly path: string
  readonly commands: readonly { readonly name: string; readonly description: string }[]
  readonly options: readonly {
    readonly flag: string
    readonly description: string
    readonly choices: readonly string[]
    readonly takesValue: boolean
  }[]
}

function placesOf(command: Command, path: string): Place[] {
  const help = { flag: '--help', description: 'display help', choices: [], takesValue: false }
  const own: Place = {
    path,
    commands: command.commands.map((each) => ({ name: each.name(), description: each.description() })),
    options: [
      ...command.options.map(({ long, short, description, argChoices, required, optional }) => ({
        flag: long ?? short ?? '',
        description,
        choices: argChoices ?? [],
        takesValue: required || optional,
      })),
      help,
    ],
  }
  const below = command.commands.flatMap((each) => placesOf(each, `${path} ${each.name()}`.trim()))
  return [own, ...below]
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

const wordsOf = ({ commands, options }: Place): string =>
  [...commands.map(({ name }) => name), ...options.map(({ flag }) => flag)].join(' ')

/** The values that an option takes, by the option; the same option has the same everywhere. */
function choicesOf(places: readonly Place[]): [string, string][] {
  const found = new Map<string, string>()
  for (const { options } of places)
    for (const { flag, choices } of options) if (choices.length > 0) found.set(flag, choices.join(' '))
  return [...found]
}

/** Of a path and a word after it: whether the two are a path again. */
const stepsOf = (places: readonly Place[]): string =>
  places
    .filter(({ path }) => path !== '')
    .map(({ path }) => quoted(path))
    .join(' | ')

function forBash(places: readonly Place[]): string {
  return `# perfbot completion bash > /etc/bash_completion.d/perfbot
_perfbot() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path="" step words=""
  for step in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    step="\${path:+$path }$step"
    case "$step" in ${stepsOf(places)}) path="$step" ;; esac
  done
  case "$previous" in
${choicesOf(places)
  .map(([flag, choices]) => `    ${flag}) words=${quoted(choices)} ;;`)
  .join('\n')}
    *) case "$path" in
${places.map((place) => `      ${quoted(place.path)}) words=${quoted(wordsOf(place))} ;;`).join('\n')}
    esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _perfbot perfbot
`
}

function forZsh(places: readonly Place[]): string {
  const described = ({ commands, options }: Place): string =>
    [
      ...commands.map(({ name, description }) => `${name}:${description}`),
      ...options.map(({ flag, description }) => `${flag}:${description}`),
    ]
      .map(quoted)
      .join(' ')
  return `#compdef perfbot
# perfbot completion zsh > "\${fpath[1]}/_perfbot"
_perfbot() {
  local place="" step
  local -a candidates
  for step in "\${(@)words[2,CURRENT-1]}"; do
    step="\${place:+$place }$step"
    case "$step" in ${stepsOf(places)}) place="$step" ;; esac
  done
  case "\${words[CURRENT-1]}" in
${choicesOf(places)
  .map(([flag, choices]) => `    ${flag}) candidates=(${choices}) ;;`)
  .join('\n')}
    *) case "$place" in
${places.map((place) => `      ${quoted(place.path)}) candidates=(${described(place)}) ;;`).join('\n')}
    esac ;;
  esac
  _describe perfbot candidates || _files
}
compdef _perfbot perfbot
`
}

function forFish(places: readonly Place[]): string {
  const lines = places.flatMap(({ path, commands, options }) => {
    const names = path.split(' ')
    const seen =
      path === ''
        ? '__fish_use_subcommand'
        : names.map((name) => `__fish_seen_subcommand_from ${name}`).join('; and ')
    return [
      ...commands.map(
        ({ name, description }) =>
          `complete -c perfbot -f -n ${quoted(seen)} -a ${name} -d ${quoted(description)}`,
      ),
      ...options.map(({ flag, description, choices, takesValue }) =>
        [
          `complete -c perfbot -n ${quoted(path === '' ? 'true' : seen)} -l ${flag.replace(/^--/, '')}`,
          ...(choices.length > 0 ? [`-x -a ${quoted(choices.join(' '))}`] : takesValue ? ['-r'] : []),
          `-d ${quoted(description)}`,
        ].join(' '),
      ),
    ]
  })
  return `# perfbot completion fish > ~/.config/fish/completions/perfbot.fish\n${[...new Set(lines)].join('\n')}\n`
}

const WRITERS: Record<Shell, (places: readonly Place[]) => string> = {
  bash: forBash,
  zsh: forZsh,
  fish: forFish,
}

const isShell = (name: string): name is Shell => (SHELLS as readonly string[]).includes(name)

/** The script that a shell reads to complete perfbot's commands and options: made from the commands themselves. */
export function completionFor(program: Command, shell: string): string {
  if (!isShell(shell))
    throw new ConfigFailure(`There is a completion for ${SHELLS.join(', ')}, none for ${shell}.`)
  return WRITERS[shell](placesOf(program, ''))
}
