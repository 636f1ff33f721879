import { deliverReport } from '../deliver-report.ts'
import type { Subcommand } from '../subcommand.ts'

export const report: Subcommand = {
  name: 'report',
  needs: 'ask',
  summary: 'Measure everything now and post the report here, details in its thread',
  async run(invocation) {
    await deliverReport(invocation.place, invocation)
  },
}
