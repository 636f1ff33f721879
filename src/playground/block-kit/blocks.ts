import { z } from 'zod'
import {
  blockId,
  hasOneImageSource,
  imageSource,
  mrkdwn,
  oneImageSource,
  plainText,
  rawNumber,
  rawText,
  textObject,
  webUrl,
} from './composition.ts'
import {
  actionsElement,
  button,
  contextActionsElement,
  image,
  inputElement,
  sectionAccessory,
  urlSource,
} from './elements.ts'
import { limits } from './limits.ts'
import { richText } from './rich-text.ts'

const actions = z.strictObject({
  type: z.literal('actions'),
  block_id: blockId,
  elements: z.array(actionsElement).min(1).max(limits.actionsElements),
})

const alert = z.strictObject({
  type: z.literal('alert'),
  block_id: blockId,
  text: textObject(limits.alertText),
  level: z.enum(['default', 'info', 'warning', 'error', 'success']).optional(),
})

const card = z
  .strictObject({
    type: z.literal('card'),
    block_id: blockId,
    hero_image: image.optional(),
    icon: image.optional(),
    title: mrkdwn(limits.card.title).optional(),
    subtitle: mrkdwn(limits.card.subtitle).optional(),
    body: mrkdwn(limits.card.body).optional(),
    actions: z.array(button).min(1).max(limits.card.actions).optional(),
  })
  .refine(
    (it) => Boolean(it.hero_image ?? it.title ?? it.actions ?? it.body),
    'must provide at least one of hero_image, title, actions, body',
  )

const carousel = z.strictObject({
  type: z.literal('carousel'),
  block_id: blockId,
  elements: z.array(card).min(1).max(limits.carouselCards),
})

const context = z.strictObject({
  type: z.literal('context'),
  block_id: blockId,
  elements: z
    .array(z.discriminatedUnion('type', [image, plainText(limits.text), mrkdwn(limits.text)]))
    .min(1)
    .max(limits.contextElements),
})

const contextActions = z.strictObject({
  type: z.literal('context_actions'),
  block_id: blockId,
  elements: z.array(contextActionsElement).min(1).max(limits.contextActionsElements),
})

const cell = z.discriminatedUnion('type', [richText, rawText, rawNumber])

const dataTable = z
  .strictObject({
    type: z.literal('data_table'),
    block_id: blockId,
    caption: z.string().min(1),
    rows: z.array(z.array(cell).min(1).max(limits.dataTable.columns)).min(2).max(limits.dataTable.rows),
    page_size: z.int().min(1).max(limits.dataTable.pageSize).optional(),
    row_header_column_index: z.int().min(0).optional(),
  })
  .refine(
    ({ rows }) => rows.every((row) => row.length === rows[0]?.length),
    'all rows must have the same number of cells',
  )
  .refine(({ rows }) => rows[0]?.every((it) => it.type !== 'rich_text'), 'a header cell cannot be rich_text')

const divider = z.strictObject({ type: z.literal('divider'), block_id: blockId })

const file = z.strictObject({
  type: z.literal('file'),
  block_id: blockId,
  source: z.literal('remote'),
  external_id: z.string(),
})

const header = z.strictObject({
  type: z.literal('header'),
  block_id: blockId,
  text: plainText(limits.header),
})

const imageBlock = z
  .strictObject({
    type: z.literal('image'),
    block_id: blockId,
    alt_text: z.string().min(1).max(limits.image.altText),
    title: plainText(limits.image.title).optional(),
    ...imageSource,
  })
  .refine(hasOneImageSource, oneImageSource)

const input = z.strictObject({
  type: z.literal('input'),
  block_id: blockId,
  label: plainText(limits.input.label),
  hint: plainText(limits.input.hint).optional(),
  optional: z.boolean().optional(),
  element: inputElement,
  dispatch_action: z.boolean().optional(),
})

const markdown = z.strictObject({
  type: z.literal('markdown'),
  block_id: blockId,
  text: z.string().min(1).max(limits.markdown),
})

const section = z
  .strictObject({
    type: z.literal('section'),
    block_id: blockId,
    text: textObject(limits.section.text).optional(),
    fields: z.array(textObject(limits.section.field)).min(1).max(limits.section.fields).optional(),
    accessory: sectionAccessory.optional(),
    expand: z.boolean().optional(),
  })
  .refine((it) => it.text !== undefined || it.fields !== undefined, 'must provide text or fields')

const table = z.strictObject({
  type: z.literal('table'),
  block_id: blockId,
  rows: z.array(z.array(cell).min(1).max(limits.table.columns)).min(1).max(limits.table.rows),
  column_settings: z
    .array(
      z
        .strictObject({
          align: z.enum(['left', 'center', 'right']).optional(),
          is_wrapped: z.boolean().optional(),
        })
        .nullable(),
    )
    .max(limits.table.columns)
    .optional(),
})

const taskCard = z.strictObject({
  type: z.literal('task_card'),
  block_id: blockId,
  task_id: z.string().min(1),
  title: z.string().min(1),
  details: richText.optional(),
  output: richText.optional(),
  sources: z.array(urlSource).optional(),
  status: z.enum(['pending', 'in_progress', 'complete', 'error']),
})

const plan = z.strictObject({
  type: z.literal('plan'),
  block_id: blockId,
  title: z.string().min(1),
  tasks: z.array(taskCard).optional(),
})

const video = z.strictObject({
  type: z.literal('video'),
  block_id: blockId,
  video_url: webUrl(limits.button.url),
  thumbnail_url: webUrl(limits.button.url),
  alt_text: z.string().min(1).max(limits.image.altText),
  title: plainText(limits.video.title),
  title_url: webUrl(limits.button.url).optional(),
  author_name: z.string().max(limits.video.author).optional(),
  provider_name: z.string().optional(),
  provider_icon_url: webUrl(limits.button.url).optional(),
  description: plainText(limits.video.description).optional(),
})

const container = z
  .strictObject({
    type: z.literal('container'),
    block_id: blockId,
    title: plainText(limits.container.title).optional(),
    rich_text_title: richText.optional(),
    subtitle: textObject(limits.container.subtitle).optional(),
    child_blocks: z
      .array(
        z.discriminatedUnion('type', [
          actions,
          context,
          divider,
          file,
          header,
          imageBlock,
          input,
          richText,
          section,
          table,
          video,
        ]),
      )
      .min(1)
      .max(limits.container.children),
    width: z.enum(['narrow', 'standard', 'wide', 'full']).optional(),
    icon: image.optional(),
    is_collapsible: z.boolean().optional(),
    default_collapsed: z.boolean().optional(),
    has_header_divider: z.boolean().optional(),
  })
  .refine((it) => Boolean(it.title ?? it.rich_text_title), 'must provide title or rich_text_title')
  .refine((it) => !it.default_collapsed || it.is_collapsible, 'default_collapsed requires is_collapsible')

const anywhere = [
  actions,
  alert,
  container,
  context,
  divider,
  header,
  imageBlock,
  input,
  richText,
  section,
  video,
] as const

/** What a message takes. */
export const messageBlock = z.discriminatedUnion('type', [
  ...anywhere,
  card,
  carousel,
  contextActions,
  dataTable,
  file,
  markdown,
  plan,
  table,
  taskCard,
])

/** What a modal or a Home tab takes: tables, cards, plans and markdown belong to messages. */
export const viewBlock = z.discriminatedUnion('type', anywhere)
