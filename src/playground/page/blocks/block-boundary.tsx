import { Component, type ReactNode } from 'react'

type Props = { type: string; children: ReactNode }

/** Keeps a block that cannot be drawn from taking the page with it. React knows boundaries only as classes. */
export class BlockBoundary extends Component<Props, { hasFailed: boolean }> {
  override state = { hasFailed: false }

  static getDerivedStateFromError() {
    return { hasFailed: true }
  }

  override render() {
    if (!this.state.hasFailed) return this.props.children
    return <p className="caption">The playground cannot draw this {this.props.type} block.</p>
  }
}
