/// The style of reports: one column, light or dark like the reader's system, black on white on paper. Content wider than the
/// page scrolls in its own box. Colors have a contrast of at least 4.5 as text and 3 as marks (WCAG 2.2, 1.4.3 and 1.4.11).
///
/// Classes in pictures: series `a`, `b`, `c` as bars `f-` and `o-`, lines `l-`, markers `m-`, error bars `e-`, intervals `i-`;
/// `t` titles, `v` values, `h` hints, `n` numbers in cells and `on` those in dark ones, `g` grid, `x` axis, `k` dashed marks,
/// `q` cells in seven levels, `d` the diagonal, `b` a border, `s` the subject of the picture.
let styleSheet: StaticString = """

    :root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--grid:#e4e8ec;--panel:#f6f8fa;\
    --a:#0b4f94;--b:#a83c00;--c:#1a6b3c;--on:#fff;--good:#1a6b3c;--caution:#855600;--bad:#b3261e}
    @media(prefers-color-scheme:dark){:root{--paper:#14171a;--ink:#e8eaed;--soft:#a3abb4;--line:#3a4149;--grid:#2a3037;\
    --panel:#1d2126;--a:#7db4f0;--b:#f0a06a;--c:#7fcf9c;--on:#101418;--good:#7fcf9c;--caution:#e3b65b;--bad:#ff9d94}}
    @media print{:root{color-scheme:light;--paper:#fff;--ink:#000;--soft:#444;--line:#999;--grid:#ddd;--panel:#fff;\
    --a:#0b4f94;--b:#a83c00;--c:#1a6b3c;--on:#fff;--good:#1a6b3c;--caution:#855600;--bad:#b3261e}}
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%}
    body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,\
    "Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}
    header,main{max-width:60rem;margin:0 auto;padding:0 1rem}
    header{padding-top:1.5rem}
    main{padding-bottom:3rem}
    h1{font-size:1.6rem;line-height:1.25;margin:0}
    h2{font-size:1.2rem;line-height:1.3;margin:2.2rem 0 .6rem;padding-top:.6rem;border-top:1px solid var(--line)}
    p{margin:.6rem 0;max-width:44rem}
    a{color:var(--a)}
    .subtitle{color:var(--soft);margin:.2rem 0 0}
    .verdict{margin:1.2rem 0;padding:.7rem 1rem;border:1px solid var(--line);border-left:.4rem solid var(--soft);\
    border-radius:.3rem;background:var(--panel)}
    .verdict p{margin:0;max-width:none}
    .verdict ul{margin:.5rem 0 0;padding-left:1.2rem}
    .conclusion{display:flex;gap:.7rem;font-size:1.1rem}
    .sign{flex:none;font-weight:700}
    .good{border-left-color:var(--good)}.good strong,.good .sign{color:var(--good)}
    .caution{border-left-color:var(--caution)}.caution strong,.caution .sign{color:var(--caution)}
    .bad{border-left-color:var(--bad)}.bad strong,.bad .sign{color:var(--bad)}
    nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;list-style:none;margin:1rem 0 0;padding:0}
    nav a{display:inline-block;padding:.25rem 0}
    .note{padding:.5rem .8rem;border-left:.25rem solid var(--a);background:var(--panel)}
    .note.warning{border-left-color:var(--caution)}.note.warning strong{color:var(--caution)}
    .note.problem{border-left-color:var(--bad)}.note.problem strong{color:var(--bad)}
    dl{display:grid;grid-template-columns:fit-content(40%) 1fr;gap:.15rem 1rem;margin:.6rem 0}
    dt{color:var(--soft)}
    dd{margin:0}
    .scroll{overflow-x:auto;margin:.8rem 0;max-width:100%}
    .scroll:focus-visible,summary:focus-visible,a:focus-visible{outline:2px solid var(--a);outline-offset:2px}
    table{border-collapse:collapse;font-size:.92rem;font-variant-numeric:tabular-nums;overflow-wrap:normal}
    caption{text-align:left;color:var(--soft);padding-bottom:.3rem}
    th,td{text-align:left;vertical-align:top;padding:.25rem .9rem .25rem 0;border-bottom:1px solid var(--grid);\
    font-weight:400;min-width:3rem;max-width:min(26rem,60vw)}
    thead th,thead td{border-bottom-color:var(--line);color:var(--soft);vertical-align:bottom}
    .r{text-align:right;white-space:nowrap}
    thead .r{white-space:normal}
    th:last-child,td:last-child{padding-right:0}
    .own>*{font-weight:700}
    details{margin:.6rem 0}
    summary{cursor:pointer;color:var(--a);padding:.2rem 0}
    .examples{list-style:none;margin:.6rem 0;padding:0}
    .examples li{padding:.35rem 0;border-bottom:1px solid var(--grid)}
    .examples .examples{margin:.2rem 0 0 1rem}
    .examples .examples li{border:0;padding:.1rem 0}
    .headline{display:block}
    .detail{display:inline-block;color:var(--soft);font-size:.88rem;margin-right:1rem}
    .row{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));gap:0 2rem;align-items:start}
    .row>*{min-width:0}
    .row>.wide{grid-column:1/-1}
    figure{margin:1rem 0;max-width:34rem}
    figure.wide{max-width:none}
    figcaption{font-weight:600;margin-bottom:.4rem}
    figure p{color:var(--soft);font-size:.92rem;margin:.3rem 0}
    svg{display:block;width:100%;height:auto;font-size:11px;fill:var(--ink);print-color-adjust:exact;\
    -webkit-print-color-adjust:exact}
    .wide svg{width:auto;max-width:none}
    svg text{paint-order:stroke;stroke:var(--paper);stroke-width:3px}svg .n{stroke:none}
    .t{font-weight:600}.s{font-weight:700}.h{fill:var(--soft);font-style:italic}.v{font-size:10px}
    .g{stroke:var(--grid)}.x{stroke:var(--soft)}.k{stroke:var(--soft);stroke-dasharray:4 3;stroke-width:1.2}
    .f-a{fill:var(--a)}.f-b,.f-c{fill:var(--paper);stroke:var(--b);stroke-width:1.5}.o-b{fill:none;stroke:var(--b);\
    stroke-width:1.6}
    .l-a,.l-b,.l-c{fill:none;stroke:var(--a);stroke-width:2;stroke-linejoin:round}
    .l-b{stroke:var(--b);stroke-dasharray:6 3}.l-c{stroke:var(--c);stroke-dasharray:2 3}
    .m-a{fill:var(--a)}.m-b,.m-c{fill:var(--paper);stroke:var(--b);stroke-width:1.8}.m-c{stroke:var(--c)}
    .e-a,.i-a{stroke:var(--a)}.e-b,.i-b{stroke:var(--b)}.e-c{stroke:var(--c)}
    .e-a,.e-b,.e-c{stroke-width:1;opacity:.7}.i-a,.i-b{stroke-width:2}
    .q{fill:var(--a)}.q1{fill-opacity:.06}.q2{fill-opacity:.14}.q3{fill-opacity:.24}.q4{fill-opacity:.36}\
    .q5{fill-opacity:.5}.q6{fill-opacity:.86}
    .n{font-size:10px}.on{fill:var(--on)}
    .d{fill:none;stroke:var(--soft);stroke-width:.8}.b{fill:none;stroke:var(--line)}
    @media print{body{font-size:10.5pt}h2{break-after:avoid}figure,tr,.verdict,.examples li{break-inside:avoid}\
    .scroll{overflow:visible}details::details-content{content-visibility:visible}nav{display:none}}

    """
