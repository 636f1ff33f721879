import { useEffect, useState } from 'react'

export type Theme = 'system' | 'light' | 'dark'

const key = 'playground-theme'

function remembered(): Theme {
  const value = localStorage.getItem(key)
  return value === 'light' || value === 'dark' ? value : 'system'
}

/** As the system has it, until the person says otherwise. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(remembered)
  useEffect(() => {
    document.documentElement.dataset.theme = theme
    localStorage.setItem(key, theme)
  }, [theme])
  return [theme, setTheme]
}
