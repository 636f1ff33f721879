import { examineSlack } from '../examine-slack.ts'
import { readManifestScopes } from '../manifest.ts'
import type { Subcommand } from '../subcommand.ts'
import { doctorMessage } from '../views/doctor-message.ts'

export const doctor: Subcommand = {
  name: 'doctor',
  needs: 'admin',
  summary: 'Whether everything that perfbot stands on works, and what mends it; for admins',
  usage: ['doctor'],
  examples: [],
  audience: 'asker',
  async run({ perfbot, answer }) {
    const { botToken, appToken, apiUrl, channels, http, signingSecret } = perfbot.config.slack
    const scopes = await readManifestScopes()
    const [own, slack] = await Promise.all([
      perfbot.examine(),
      examineSlack({
        botToken,
        appToken,
        apiUrl,
        channels,
        scopes,
        byRequests: http !== undefined,
        signingSecret,
      }),
    ])
    await answer(doctorMessage(perfbot.config.host, [...own, ...slack]))
  },
}
