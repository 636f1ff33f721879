import { viewShape } from '../shapes.ts'
import { directMessageWith, slackId } from '../workspace.ts'
import { type PersonContext, personOf } from './context.ts'

/** Sends an event of the Events API; whether it is acknowledged is between Slack and the app. */
export function sendEvent(context: PersonContext, event: Record<string, unknown>): void {
  const { workspace, socketMode } = context
  const payload = {
    token: workspace.verificationToken,
    team_id: workspace.teamId,
    context_team_id: workspace.teamId,
    context_enterprise_id: null,
    api_app_id: workspace.appId,
    event,
    type: 'event_callback',
    event_id: slackId('Ev'),
    event_time: Math.floor(workspace.now() / 1000),
    authorizations: [
      {
        enterprise_id: null,
        team_id: workspace.teamId,
        user_id: workspace.botUserId,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: false,
    event_context: `4-${slackId('E')}`,
  }
  void socketMode.deliverEvent(payload, context.isTwofold())
}

/** Opens the app's Home or Messages tab. */
export function openHome(
  context: PersonContext,
  { user, tab }: { user: string; tab: 'home' | 'messages' },
): void {
  const { workspace } = context
  const person = personOf(context, user)
  const published = workspace.homes.get(person.id)
  sendEvent(context, {
    type: 'app_home_opened',
    user: person.id,
    channel: directMessageWith(workspace, person.id)?.id,
    tab,
    ...(published && tab === 'home' ? { view: viewShape(workspace, published) } : {}),
    event_ts: workspace.nextTs(),
  })
}
