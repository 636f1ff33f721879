import type { Perfbot } from '../perfbot.ts'

/** The same perfbot, which tells of what was done to it, so that what stands in Slack can be brought up to date. */
export function tellingOfChanges(perfbot: Perfbot, changed: () => void): Perfbot {
  const told =
    <Given extends unknown[], Result>(act: (...given: Given) => Promise<Result>) =>
    async (...given: Given): Promise<Result> => {
      try {
        return await act(...given)
      } finally {
        changed()
      }
    }
  return {
    ...perfbot,
    // A look in passing is no news: Home itself takes one.
    takeReport: (request) =>
      request?.inPassing ? perfbot.takeReport(request) : told(perfbot.takeReport)(request),
    approve: told(perfbot.approve),
    reject: told(perfbot.reject),
    undo: told(perfbot.undo),
    propose: told(perfbot.propose),
    proposeLoadTest: told(perfbot.proposeLoadTest),
    async ask(...asked) {
      const answered = await perfbot.ask(...asked)
      // A model may have proposed something.
      if (answered.plans.length > 0) changed()
      return answered
    },
    silence: told(perfbot.silence),
    endSilence: told(perfbot.endSilence),
    subscribe: told(perfbot.subscribe),
    async watch() {
      const news = await perfbot.watch()
      if (news.length > 0) changed()
      return news
    },
  }
}
