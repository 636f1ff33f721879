import { randomBytes } from 'node:crypto'
import type { Answers } from './configuration.ts'

export type Variable = { readonly name: string; readonly value: string; readonly comment: string }

/** What .env has to hold: the tokens, and a password for each server that wants one. */
export function variablesOf({ botToken, appToken, chosen }: Answers, secret = newSecret): Variable[] {
  const passwords = [...chosen.postgres, ...chosen.redis].flatMap(({ variable, where }) =>
    variable
      ? [
          {
            name: variable,
            value: secret(),
            comment: `The password of the role perfbot in ${where}: give it that one.`,
          },
        ]
      : [],
  )
  return [
    {
      name: 'SLACK_BOT_TOKEN',
      value: botToken,
      comment: 'xoxb-…: api.slack.com/apps → your app → OAuth & Permissions',
    },
    {
      name: 'SLACK_APP_TOKEN',
      value: appToken,
      comment: 'xapp-…: … → Basic Information → App-Level Tokens, scope connections:write',
    },
    ...passwords,
  ]
}

/** Letters and digits only: nothing to quote in a URL, a shell or SQL. */
const newSecret = (): string => randomBytes(18).toString('base64url').replace(/[-_]/g, 'x')

const lineOf = (name: string): RegExp => new RegExp(`^[ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=(.*)$`, 'm')

/** Every value that is there stays as it is; only what it does not name, or leaves empty, is added. */
export function composeEnvironment(existing: string, variables: readonly Variable[]): string {
  let text = existing
  for (const { name, value, comment } of variables) {
    const named = lineOf(name).exec(text)
    if (!named) text += `${text === '' || text.endsWith('\n') ? '' : '\n'}# ${comment}\n${name}=${value}\n`
    else if (named[1]?.trim() === '' && value !== '')
      text = text.replace(lineOf(name), () => `${name}=${value}`)
  }
  return text
}
