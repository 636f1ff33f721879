import { z } from 'zod'
import {
  actionId,
  choiceOption,
  confirm,
  conversationFilter,
  dispatchActionConfig,
  hasOneImageSource,
  imageSource,
  menuOption,
  oneImageSource,
  optionGroup,
  overflowOption,
  plainText,
  webUrl,
} from './composition.ts'
import { limits } from './limits.ts'
import { richText } from './rich-text.ts'

const confirmable = { action_id: actionId, confirm: confirm.optional() }
const focusable = { focus_on_load: z.boolean().optional() }
const placeholdable = { placeholder: plainText(limits.placeholder).optional() }
const typed = {
  action_id: actionId,
  dispatch_action_config: dispatchActionConfig.optional(),
  ...focusable,
  ...placeholdable,
}
const menu = { ...confirmable, ...focusable, ...placeholdable }
const multiMenu = { ...menu, max_selected_items: z.int().min(1).optional() }
const buttonLook = {
  text: plainText(limits.button.text),
  style: z.enum(['primary', 'danger']).optional(),
  accessibility_label: z.string().max(limits.button.accessibilityLabel).optional(),
}

export const button = z.strictObject({
  type: z.literal('button'),
  ...confirmable,
  ...buttonLook,
  value: z.string().max(limits.button.value).optional(),
  url: webUrl(limits.button.url).optional(),
})

const workflowButton = z.strictObject({
  type: z.literal('workflow_button'),
  ...confirmable,
  ...buttonLook,
  workflow: z.strictObject({
    trigger: z.strictObject({
      url: webUrl(limits.button.url),
      customizable_input_parameters: z
        .array(z.strictObject({ name: z.string(), value: z.string() }))
        .optional(),
    }),
  }),
})

export const image = z
  .strictObject({
    type: z.literal('image'),
    alt_text: z.string().min(1).max(limits.image.altText),
    ...imageSource,
  })
  .refine(hasOneImageSource, oneImageSource)

const checkboxes = z.strictObject({
  type: z.literal('checkboxes'),
  ...confirmable,
  ...focusable,
  options: z.array(choiceOption).min(1).max(limits.choices.checkboxes),
  initial_options: z.array(choiceOption).min(1).optional(),
})

const radioButtons = z.strictObject({
  type: z.literal('radio_buttons'),
  ...confirmable,
  ...focusable,
  options: z.array(choiceOption).min(1).max(limits.choices.radioButtons),
  initial_option: choiceOption.optional(),
})

const datepicker = z.strictObject({
  type: z.literal('datepicker'),
  ...menu,
  initial_date: z.iso.date().optional(),
})
const datetimepicker = z.strictObject({
  type: z.literal('datetimepicker'),
  ...confirmable,
  ...focusable,
  initial_date_time: z.int().min(1_000_000_000).max(9_999_999_999).optional(),
})
const timepicker = z.strictObject({
  type: z.literal('timepicker'),
  ...menu,
  initial_time: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
    .optional(),
  timezone: z.string().optional(),
})

const overflow = z.strictObject({
  type: z.literal('overflow'),
  ...confirmable,
  options: z.array(overflowOption).min(1).max(limits.choices.overflow),
})

const staticOptions = {
  options: z.array(menuOption).min(1).max(limits.choices.select).optional(),
  option_groups: z.array(optionGroup).min(1).max(limits.choices.optionGroups).optional(),
}
function hasOptionsOrGroups(select: { options?: unknown; option_groups?: unknown }): boolean {
  return (select.options === undefined) !== (select.option_groups === undefined)
}
const optionsOrGroups = 'must provide exactly one of options, option_groups'

const selects = [
  z
    .strictObject({
      type: z.literal('static_select'),
      ...menu,
      ...staticOptions,
      initial_option: menuOption.optional(),
    })
    .refine(hasOptionsOrGroups, optionsOrGroups),
  z.strictObject({
    type: z.literal('external_select'),
    ...menu,
    initial_option: menuOption.optional(),
    min_query_length: z.int().min(0).optional(),
  }),
  z.strictObject({ type: z.literal('users_select'), ...menu, initial_user: z.string().optional() }),
  z.strictObject({
    type: z.literal('conversations_select'),
    ...menu,
    initial_conversation: z.string().optional(),
    default_to_current_conversation: z.boolean().optional(),
    response_url_enabled: z.boolean().optional(),
    filter: conversationFilter.optional(),
  }),
  z.strictObject({
    type: z.literal('channels_select'),
    ...menu,
    initial_channel: z.string().optional(),
    response_url_enabled: z.boolean().optional(),
  }),
  z
    .strictObject({
      type: z.literal('multi_static_select'),
      ...multiMenu,
      ...staticOptions,
      initial_options: z.array(menuOption).min(1).optional(),
    })
    .refine(hasOptionsOrGroups, optionsOrGroups),
  z.strictObject({
    type: z.literal('multi_external_select'),
    ...multiMenu,
    initial_options: z.array(menuOption).min(1).optional(),
    min_query_length: z.int().min(0).optional(),
  }),
  z.strictObject({
    type: z.literal('multi_users_select'),
    ...multiMenu,
    initial_users: z.array(z.string()).optional(),
  }),
  z.strictObject({
    type: z.literal('multi_conversations_select'),
    ...multiMenu,
    initial_conversations: z.array(z.string()).optional(),
    default_to_current_conversation: z.boolean().optional(),
    filter: conversationFilter.optional(),
  }),
  z.strictObject({
    type: z.literal('multi_channels_select'),
    ...multiMenu,
    initial_channels: z.array(z.string()).optional(),
  }),
] as const

const plainTextInput = z.strictObject({
  type: z.literal('plain_text_input'),
  ...typed,
  initial_value: z.string().max(limits.plainTextInput).optional(),
  multiline: z.boolean().optional(),
  min_length: z.int().min(0).max(limits.plainTextInput).optional(),
  max_length: z.int().min(1).max(limits.plainTextInput).optional(),
})
const numberInput = z.strictObject({
  type: z.literal('number_input'),
  ...typed,
  is_decimal_allowed: z.boolean(),
  initial_value: z.string().optional(),
  min_value: z.string().optional(),
  max_value: z.string().optional(),
})
const emailInput = z.strictObject({
  type: z.literal('email_text_input'),
  ...typed,
  initial_value: z.string().optional(),
})
const urlInput = z.strictObject({
  type: z.literal('url_text_input'),
  ...typed,
  initial_value: z.string().optional(),
})
const richTextInput = z.strictObject({
  type: z.literal('rich_text_input'),
  ...typed,
  initial_value: richText.optional(),
  min_lines: z.int().min(1).max(limits.richTextInputLines).optional(),
  max_lines: z.int().min(1).max(limits.richTextInputLines).optional(),
})
const fileInput = z.strictObject({
  type: z.literal('file_input'),
  action_id: actionId,
  filetypes: z.array(z.string()).optional(),
  max_files: z.int().min(1).max(limits.fileInputFiles).optional(),
})

const feedbackButton = z.strictObject({
  text: plainText(limits.button.text),
  value: z.string().max(limits.button.value),
  accessibility_label: buttonLook.accessibility_label,
})
const feedbackButtons = z.strictObject({
  type: z.literal('feedback_buttons'),
  action_id: actionId,
  positive_button: feedbackButton,
  negative_button: feedbackButton,
})
const iconButton = z.strictObject({
  type: z.literal('icon_button'),
  ...confirmable,
  icon: z.string().min(1),
  text: plainText(limits.button.text),
  accessibility_label: buttonLook.accessibility_label,
  value: z.string().max(limits.button.value).optional(),
  visible_to_user_ids: z.array(z.string()).optional(),
})

export const urlSource = z.strictObject({
  type: z.literal('url'),
  url: webUrl(limits.button.url),
  text: z.string().min(1),
})

const choosing = [checkboxes, radioButtons, datepicker, timepicker, ...selects] as const

export const actionsElement = z.discriminatedUnion('type', [
  button,
  workflowButton,
  overflow,
  datetimepicker,
  richTextInput,
  ...choosing,
])
export const sectionAccessory = z.discriminatedUnion('type', [
  button,
  workflowButton,
  overflow,
  image,
  ...choosing,
])
export const inputElement = z.discriminatedUnion('type', [
  plainTextInput,
  numberInput,
  emailInput,
  urlInput,
  richTextInput,
  fileInput,
  datetimepicker,
  ...choosing,
])
export const contextActionsElement = z.discriminatedUnion('type', [feedbackButtons, iconButton])
