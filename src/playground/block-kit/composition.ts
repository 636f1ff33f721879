import { z } from 'zod'
import { limits } from './limits.ts'

/** Composition objects: the parts that blocks and elements are made of. Unknown fields are errors, as in Slack. */

export function plainText(longest: number) {
  return z.strictObject({
    type: z.literal('plain_text'),
    text: z.string().min(1).max(longest),
    emoji: z.boolean().optional(),
  })
}

export function mrkdwn(longest: number) {
  return z.strictObject({
    type: z.literal('mrkdwn'),
    text: z.string().min(1).max(longest),
    verbatim: z.boolean().optional(),
  })
}

export function textObject(longest: number) {
  return z.discriminatedUnion('type', [plainText(longest), mrkdwn(longest)])
}

export const blockId = z.string().max(limits.blockId).optional()
export const actionId = z.string().max(limits.actionId).optional()

/** Slack refuses anything but an absolute web address, and says so with the words of `messages.ts`. */
export function webUrl(longest: number) {
  return z.url({ protocol: /^https?$/, abort: true }).max(longest)
}

export const confirm = z.strictObject({
  title: plainText(limits.confirm.title).optional(),
  text: textObject(limits.confirm.text),
  confirm: plainText(limits.confirm.button).optional(),
  deny: plainText(limits.confirm.button).optional(),
  style: z.enum(['primary', 'danger']).optional(),
})

export const dispatchActionConfig = z.strictObject({
  trigger_actions_on: z
    .array(z.enum(['on_enter_pressed', 'on_character_entered']))
    .min(1)
    .optional(),
})

const optionRest = {
  value: z.string().max(limits.option.value).optional(),
  description: plainText(limits.option.description).optional(),
}

/** Options of menus take plain text; only overflow menus take a URL. */
export const menuOption = z.strictObject({ text: plainText(limits.option.text), ...optionRest })
export const overflowOption = menuOption.extend({ url: webUrl(limits.option.url).optional() })
/** Options of radio buttons and checkboxes may be formatted. */
export const choiceOption = z.strictObject({
  text: textObject(limits.option.text),
  value: optionRest.value,
  description: optionRest.description,
})

export const optionGroup = z.strictObject({
  label: plainText(limits.optionGroupLabel),
  options: z.array(menuOption).min(1).max(limits.choices.select),
})

export const conversationFilter = z
  .strictObject({
    include: z
      .array(z.enum(['im', 'mpim', 'private', 'public']))
      .min(1)
      .optional(),
    exclude_external_shared_channels: z.boolean().optional(),
    exclude_bot_users: z.boolean().optional(),
  })
  .refine((filter) => Object.keys(filter).length > 0, 'must provide at least one field')

const slackFile = z
  .strictObject({ id: z.string().optional(), url: z.string().optional() })
  .refine(
    (file) => (file.id === undefined) !== (file.url === undefined),
    'must provide exactly one of id, url',
  )

/** An image is named by its address or by the Slack file that holds it, never by both. */
export const imageSource = {
  image_url: webUrl(limits.image.url).optional(),
  slack_file: slackFile.optional(),
}

export function hasOneImageSource(image: { image_url?: unknown; slack_file?: unknown }): boolean {
  return (image.image_url === undefined) !== (image.slack_file === undefined)
}

export const oneImageSource = 'must provide exactly one of image_url, slack_file'

export const rawText = z.strictObject({ type: z.literal('raw_text'), text: z.string().min(1) })
export const rawNumber = z.strictObject({
  type: z.literal('raw_number'),
  value: z.number(),
  text: z.string().min(1),
})
