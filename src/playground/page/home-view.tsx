import { useState } from 'react'
import type { Values } from './blocks/acting.ts'
import { ViewBlocks } from './blocks/view-blocks.tsx'
import { usePlayground } from './playground-context.ts'

/** The app's Home tab, as it published it for this person. */
export function HomeView() {
  const { state } = usePlayground()
  const [values, setValues] = useState<Values>({})
  if (!state.home) return <p className="starting">{state.appName} has published no Home tab yet.</p>
  return (
    <div className="messages">
      <div className="home">
        <ViewBlocks view={state.home} values={values} onValues={setValues} />
      </div>
    </div>
  )
}
