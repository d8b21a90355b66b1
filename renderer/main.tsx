import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/app.tsx'
import { createPanel } from './lib/panel.ts'
import { createTransport } from './lib/transport.ts'
import './theme/index.css'

const panel = createPanel(createTransport(window))
panel.start()

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root.')
createRoot(root).render(
  <StrictMode>
    <App panel={panel} />
  </StrictMode>,
)
