import type { WebClient } from '@slack/web-api'
import type { Logger } from 'pino'
import type { Perfbot } from '../perfbot.ts'
import type { Message } from './blocks.ts'
import type { Channel } from './channels.ts'
import type { Flag } from './command-line.ts'
import type { People } from './people.ts'
import type { Place, Poster } from './poster.ts'
import type { Threads } from './threads.ts'

export type FaceParts = {
  readonly client: WebClient
  readonly perfbot: Perfbot
  readonly poster: Poster
  readonly people: People
  readonly threads: Threads
  /** The configured ones, as Slack knows them now. */
  readonly channels: () => Promise<readonly Channel[]>
  readonly logger: Logger
}

/** How a subcommand was called, and where its answer goes. */
export type Invocation = FaceParts & {
  readonly user: string
  /** Opens a window, for three seconds; only a click or a slash command brings one. */
  readonly triggerId?: string
  /** What was typed after the name. */
  readonly words: readonly string[]
  /** Slack shows by itself that perfbot is at it. */
  readonly showsStatus?: boolean
  /** For what everybody may see. */
  readonly place: Place
  /** For what only the person who asked should see, unless they want all to. */
  readonly answer: (message: Message) => Promise<void>
}

/** A call as it comes in. */
export type Call = Omit<Invocation, 'words'> & {
  /** What `answer` is where the person wants all to see it. */
  readonly answerAll: (message: Message) => Promise<void>
}

/** `/perf <name>`, `@perfbot <name>` and `<name>` in a direct message. */
export type Subcommand = {
  readonly name: string
  /** What a person has to be allowed for it, where config says who may; nothing for all. */
  readonly needs?: 'see' | 'ask' | 'admin'
  /** One line for the help. */
  readonly summary: string
  /** Every way to call it: `trend <metric> [target] [range]`. */
  readonly usage: readonly string[]
  /** What to type, and what comes of it. */
  readonly examples: readonly (readonly [typed: string, meaning: string])[]
  /**
   * Who hears of it: who asked, unless they say `--here`; the channel, unless they say `--quiet`; or always everybody,
   * since it concerns all who read there.
   */
  readonly audience: 'asker' | 'channel' | 'everybody'
  readonly run: (invocation: Invocation) => Promise<void>
}

/** The flags that make a difference to it; any other is refused. */
export const FLAGS_OF: Readonly<Record<Subcommand['audience'], readonly Flag[]>> = {
  asker: ['here', 'help'],
  channel: ['quiet', 'help'],
  everybody: ['help'],
}

/** Who hears of it, in words. */
export const AUDIENCES: Readonly<Record<Subcommand['audience'], string>> = {
  asker: 'The answer is for you alone.',
  channel: 'It is posted for everybody here.',
  everybody: 'What it does is said to everybody here.',
}
