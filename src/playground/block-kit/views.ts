import { z } from 'zod'
import { viewBlock } from './blocks.ts'
import { plainText } from './composition.ts'
import { limits } from './limits.ts'

const common = {
  blocks: z.array(viewBlock).max(limits.view.blocks),
  private_metadata: z.string().max(limits.view.privateMetadata).optional(),
  callback_id: z.string().max(limits.view.callbackId).optional(),
  external_id: z.string().max(limits.view.externalId).optional(),
}

export const modalView = z
  .strictObject({
    type: z.literal('modal'),
    title: plainText(limits.view.title),
    submit: plainText(limits.view.submit).optional(),
    close: plainText(limits.view.close).optional(),
    clear_on_close: z.boolean().optional(),
    notify_on_close: z.boolean().optional(),
    ...common,
  })
  .refine((view) => view.submit !== undefined || view.blocks.every((block) => block.type !== 'input'), {
    error: 'missing required field: submit',
  })

export const homeView = z.strictObject({ type: z.literal('home'), ...common })
