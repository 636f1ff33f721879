import type { Answered } from '../../model/question.ts'
import { type Message, section } from '../blocks.ts'
import { explain } from '../platform-errors.ts'
import type { Subcommand } from '../subcommand.ts'
import { answerMessage } from '../views/answer-message.ts'
import { planMessage } from '../views/plan-message.ts'

const plain = (text: string): Message => ({ text, blocks: [section(text)] })

/** In a thread all may read the answer; elsewhere it is for the person who asked. */
export const ask: Subcommand = {
  name: 'ask',
  needs: 'ask',
  summary: 'Answer a question from a fresh look, the history and the audit',
  usage: ['ask <question>'],
  examples: [['ask which container uses most memory?', 'an answer with the readings that it rests on']],
  audience: 'asker',
  async run({ perfbot, people, poster, threads, answer, words, place, user, showsStatus }) {
    const question = words.join(' ')
    if (question === '') return answer(plain('Ask something, such as: which container uses most memory?'))
    const thread = `${place.channel} ${place.thread ?? user}`
    const find = async () => {
      const person = await people.personOf(user, place.channel)
      const answered = await perfbot.ask(question, threads.before(thread), person)
      threads.remember(thread, answered.understood)
      return answered
    }
    // What a model proposes is a plan like any other: shown as one, with the buttons of one.
    const show = async ({ plans }: Answered, tell: (message: Message) => Promise<unknown>) => {
      for (const plan of plans) await tell(planMessage(plan, [], perfbot.policy.approve[plan.risk]))
    }
    if (place.thread === undefined || showsStatus) {
      const answered = await find()
      await answer(answerMessage(question, answered))
      return show(answered, answer)
    }
    const posted = await poster.post(place, plain('Looking …'))
    try {
      const answered = await find()
      await poster.update(posted, answerMessage(question, answered))
      await show(answered, (message) => poster.post(place, message))
    } catch (error) {
      await poster.update(posted, plain(`The question could not be answered: ${explain(error)}`))
      throw error
    }
  },
}
