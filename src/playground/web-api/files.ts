import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { readContent } from '../content.ts'
import { Refusal } from '../refusal.ts'
import { fileShape } from '../shapes.ts'
import { addBotMessage, findMessage, slackId } from '../workspace.ts'
import { asGiven, count, findChannel, json, method, text } from './method.ts'

const getUploadUrl = method({
  scopes: ['files:write'],
  arguments: {
    filename: z.string().min(1),
    length: count,
    alt_text: text,
    alt_txt: text,
    snippet_type: text,
  },
  run(given, { workspace, host }) {
    if (given.length === undefined || given.length < 1) throw new Refusal('invalid_arguments')
    const id = slackId('F')
    const file = {
      id,
      name: given.filename,
      title: given.filename,
      length: given.length,
      altText: given.alt_txt ?? given.alt_text ?? '',
      uploadSecret: randomBytes(16).toString('base64url'),
      isComplete: false,
    }
    workspace.files.set(id, file)
    return { upload_url: `http://${host}/upload/v1/${id}/${file.uploadSecret}`, file_id: id }
  },
})

const uploaded = z.array(z.object({ id: z.string(), title: z.string().optional() })).min(1)

const completeUpload = method({
  scopes: ['files:write'],
  arguments: {
    files: json,
    channel_id: text,
    channels: text,
    thread_ts: text,
    initial_comment: text,
    blocks: asGiven,
    highlight_type: text,
  },
  run(given, context) {
    const { workspace } = context
    const listed = uploaded.safeParse(given.files)
    if (!listed.success) throw new Refusal('invalid_arguments')
    const files = listed.data.map(({ id, title }) => {
      const file = workspace.files.get(id)
      if (!file?.bytes || file.isComplete) throw new Refusal('file_not_found')
      return Object.assign(file, title === undefined ? {} : { title })
    })
    const channels = (given.channel_id ?? given.channels)?.split(',') ?? []
    for (const id of channels) {
      const channel = findChannel(context, id)
      if (!channel.members.has(workspace.botUserId)) throw new Refusal('not_in_channel')
      if (given.thread_ts && !findMessage(workspace, channel.id, given.thread_ts))
        throw new Refusal('thread_not_found')
    }
    const said =
      given.blocks === undefined ? { text: given.initial_comment ?? '' } : readContent(workspace, given)
    for (const file of files) file.isComplete = true
    for (const channel of channels)
      addBotMessage(workspace, {
        channel,
        ...said,
        files: files.map((file) => file.id),
        ...(given.thread_ts ? { thread_ts: given.thread_ts } : {}),
      })
    return { files: files.map((file) => fileShape(workspace, file)) }
  },
})

export const fileMethods = {
  'files.getUploadURLExternal': getUploadUrl,
  'files.completeUploadExternal': completeUpload,
}
