/** What a page consists of, whichever it is: the template knows these kinds of block and no more. */
export interface PageView {
  readonly texts: { readonly languageCode: string; readonly intro: string; readonly table: string };
  readonly title: string;
  readonly sections: readonly SectionView[];
}

export interface SectionView {
  readonly heading: string;
  /** A sentence that says it all. */
  readonly lead?: string;
  /** The few figures that are looked for first. */
  readonly figures?: readonly LargeFigure[];
  readonly notes: readonly string[];
  readonly blocks: readonly BlockView[];
}

export interface LargeFigure {
  readonly name: string;
  readonly value: string;
}

export interface BlockView {
  /** Left out where a text needs none. A table has one, and so has what is folded. */
  readonly heading?: string;
  /** Whether only its heading is seen until somebody unfolds it. On paper all of it is. */
  readonly folded?: boolean;
  /** HTML that prose() made. */
  readonly prose?: string;
  readonly table?: TableView;
  readonly plot?: PlotView;
  readonly code?: string;
  /** Why there is nothing to show. */
  readonly missing?: string;
  /** Lines to be filled in, each with its label. */
  readonly fields?: readonly string[];
  /** Room to write. */
  readonly room?: { readonly label: string; readonly lines: number };
}

export interface TableView {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A plot never stands alone: who cannot see it reads the table. */
export interface PlotView {
  readonly svg: string;
  readonly title: string;
  readonly note: string;
  readonly table: TableView;
}
