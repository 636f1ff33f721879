import { expect, it } from 'vitest'
import { createLogWatching } from '../src/log-watching.ts'
import type { Snapshot } from '../src/model/snapshot.ts'
import { seconds } from '../src/model/units.ts'
import { makeContainer, makeSnapshot, minutesBefore } from './support/snapshot.ts'

const answered = (succeeded: boolean): Snapshot['collectors'] => [
  { collector: 'docker:local', durationSeconds: seconds(0.1), succeeded },
]

it('the log of each container is followed on its own, until it is gone', () => {
  const watching = createLogWatching()
  const containers = [makeContainer({ name: 'api' }), makeContainer({ name: 'web' })]
  const [api, web] = containers.map((container) => ({ ...container, sink: watching.sinkOf(container) }))
  const line = (text: string) => ({ at: minutesBefore(1), stream: 'stdout' as const, text })
  for (let count = 0; count < 3; count += 1) api?.sink.line(line('ERROR password=hunter2hunter2 refused'))
  web?.sink.line(line('ready'))
  web?.sink.skipped?.()
  const lines = (changes: Partial<Snapshot>) =>
    [...watching.summaries(makeSnapshot(changes))].map(([id, summary]) => [id, summary.lines, summary.gaps])

  const collectors = answered(true)
  expect(lines({ containers, collectors })).toEqual([
    [api?.id, 3, 0],
    [web?.id, 1, 1],
  ])
  const said = JSON.stringify([...watching.summaries(makeSnapshot({ containers, collectors }))])
  expect(said).not.toContain('hunter2')

  // An engine that did not answer lists none.
  expect(lines({ containers: [], collectors: answered(false) })).toEqual([])
  expect(lines({ containers, collectors })).toHaveLength(2)
  // One that is gone, and whose name comes again, begins anew.
  lines({ containers: containers.slice(1), collectors })
  expect(lines({ containers, collectors })).toEqual([[web?.id, 1, 1]])
})
