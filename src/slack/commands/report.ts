import { deliverReport } from '../deliver-report.ts'
import type { Subcommand } from '../subcommand.ts'

export const report: Subcommand = {
  name: 'report',
  needs: 'ask',
  summary: 'Measure everything now and post the report, details in its thread',
  usage: ['report'],
  examples: [['report --quiet', 'the same as a direct message']],
  audience: 'channel',
  async run(invocation) {
    await deliverReport(invocation.place, invocation)
  },
}
