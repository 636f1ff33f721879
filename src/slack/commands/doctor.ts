import { examineConfiguredSlack } from '../examine-slack.ts'
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
    const [own, slack] = await Promise.all([perfbot.examine(), examineConfiguredSlack(perfbot.config.slack)])
    await answer(doctorMessage(perfbot.config.host, [...own, ...slack]))
  },
}
