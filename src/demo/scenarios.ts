/** The recorded systems that there are, by the names of their files. */
export const SCENARIOS = ['example-system'] as const
export type Scenario = (typeof SCENARIOS)[number]
