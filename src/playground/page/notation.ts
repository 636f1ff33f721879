import type { PageState } from '../page-state.ts'

/** Writes what was typed in Slack's own notation: three characters escaped, names of people as mentions. */
export function inSlackNotation(state: PageState, typed: string): string {
  const escaped = typed.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return escaped.replace(/(^|\s)@([\w.-]+)/g, (whole, before: string, name: string) => {
    const user = state.users.find((it) => it.name === name.toLowerCase())
    return user ? `${before}<@${user.id}>` : whole
  })
}

export function timeOf(ts: string): Date {
  return new Date(Number(ts) * 1000)
}

export function clock(ts: string): string {
  return timeOf(ts).toLocaleTimeString([], { hour: 'numeric', minute: '2-digit' })
}

export function dayOf(ts: string): string {
  const day = timeOf(ts)
  const today = new Date()
  if (day.toDateString() === today.toDateString()) return 'Today'
  return day.toLocaleDateString([], { weekday: 'long', month: 'long', day: 'numeric' })
}

/** Where a permalink of this workspace leads, if it is one. */
export function permalinkTarget(
  state: PageState,
  href: string,
): { channel: string; ts: string; thread: string | null } | null {
  if (!URL.canParse(href)) return null
  const url = new URL(href)
  const [, archives, channel, name] = url.pathname.split('/')
  if (url.host !== `${state.domain}.slack.com` || archives !== 'archives' || !channel || !name) return null
  const digits = name.slice(1)
  const ts = `${digits.slice(0, -6)}.${digits.slice(-6)}`
  return { channel, ts, thread: url.searchParams.get('thread_ts') }
}
