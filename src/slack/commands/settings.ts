import { actions, section } from '../blocks.ts'
import { openSettings } from '../settings/open-settings.ts'
import type { Subcommand } from '../subcommand.ts'
import { settingsButton } from '../views/buttons.ts'

export const settings: Subcommand = {
  name: 'settings',
  needs: 'ask',
  summary: 'A window for the digest of this channel, what is muted, and thresholds',
  usage: ['settings'],
  examples: [],
  audience: 'asker',
  async run(invocation) {
    const { triggerId, answer, place } = invocation
    const { channel } = place
    if (triggerId !== undefined) return openSettings(invocation.user, channel, channel, triggerId, invocation)
    // What was typed as a message brings nothing that opens a window; a click does.
    const text = 'The settings open in a window.'
    await answer({ text, blocks: [section(text), actions([settingsButton(channel)])] })
  },
}
