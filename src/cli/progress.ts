const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const
const FRAME_MS = 80

/** What is done within this time needs no word where nobody watches. */
const PATIENCE_MS = 3000

export type Progress = {
  /** What is under way now. */
  stage(words: string): void
  /** Takes away what was shown: whatever is printed next stands alone. */
  end(): void
}

type Terminal = { readonly isTTY?: boolean; write(text: string): unknown }

/**
 * Says on stderr what takes so long: one line that changes at a terminal, a plain line for each stage that lasts
 * elsewhere. Nothing goes to stdout, which may be a pipe.
 */
export function showProgress(
  terminal: Terminal = process.stderr,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Progress {
  return terminal.isTTY && environment.TERM !== 'dumb' ? spinning(terminal) : inLines(terminal)
}

/** Shows what is under way for as long as the work lasts, however it ends. */
export async function showWhile<Result>(
  words: string,
  work: (stage: Progress['stage']) => Promise<Result>,
): Promise<Result> {
  const progress = showProgress()
  progress.stage(words)
  try {
    return await work(progress.stage)
  } finally {
    progress.end()
  }
}

function spinning(terminal: Terminal): Progress {
  let words = ''
  let frame = 0
  let timer: NodeJS.Timeout | undefined
  const clear = '\r\u001b[2K'
  const draw = () => {
    terminal.write(`${clear}${FRAMES[frame % FRAMES.length]} ${words} …`)
    frame += 1
  }
  return {
    stage(next) {
      words = next
      draw()
      timer ??= setInterval(draw, FRAME_MS).unref()
    },
    end() {
      if (!timer) return
      clearInterval(timer)
      timer = undefined
      terminal.write(clear)
    },
  }
}

function inLines(terminal: Terminal): Progress {
  let timer: NodeJS.Timeout | undefined
  return {
    stage(words) {
      clearTimeout(timer)
      timer = setTimeout(() => terminal.write(`${words} …\n`), PATIENCE_MS).unref()
    },
    end: () => clearTimeout(timer),
  }
}
