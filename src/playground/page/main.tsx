import 'slack-blocks-to-jsx/dist/style.css'
import './styles/sidebar.css'
import './styles/layout.css'
import './styles/messages.css'
import './styles/composer.css'
import './styles/blocks.css'
import './styles/modal.css'
import './styles/panes.css'
import './styles/library.css'
import { createRoot } from 'react-dom/client'
import { Playground } from './playground.tsx'

const root = document.getElementById('root')
if (root) createRoot(root).render(<Playground />)
