/** What a long step calls to say what it is doing: one short line, in the present tense. */
export type Progress = (message: string) => void;
