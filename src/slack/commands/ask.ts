import { type Message, section } from '../blocks.ts'
import { explain } from '../platform-errors.ts'
import type { Subcommand } from '../subcommand.ts'
import { answerMessage } from '../views/answer-message.ts'

const plain = (text: string): Message => ({ text, blocks: [section(text)] })

/** In a thread all may read the answer; elsewhere it is for the person who asked. */
export const ask: Subcommand = {
  name: 'ask',
  needs: 'ask',
  summary: 'Answer a question from a fresh look, the history and the audit',
  usage: ['ask <question>'],
  examples: [['ask which container uses most memory?', 'an answer with the readings that it rests on']],
  audience: 'asker',
  async run({ perfbot, poster, threads, answer, words, place, user }) {
    const question = words.join(' ')
    if (question === '') return answer(plain('Ask something, such as: which container uses most memory?'))
    const thread = `${place.channel} ${place.thread ?? user}`
    const find = async () => {
      const answered = await perfbot.ask(question, threads.before(thread))
      threads.remember(thread, answered.understood)
      return answerMessage(answered)
    }
    if (place.thread === undefined) return answer(await find())
    const posted = await poster.post(place, plain('Looking …'))
    try {
      await poster.update(posted, await find())
    } catch (error) {
      await poster.update(posted, plain(`The question could not be answered: ${explain(error)}`))
      throw error
    }
  },
}
