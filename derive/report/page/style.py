"""How the page looks, on a screen, in the dark and on paper; and the script of its search."""

STYLE = """
:root{--ink:#1b1e23;--soft:#5a626d;--paper:#f7f6f2;--card:#fffefb;--line:#dcdad2;--proved:#14692f;--refuted:#b02a20;
--undecided:#7a5200;--link:#1a4f9c;--left:#1d5fbf;--right:#c2410c;--bound:#126b33;
--serif:"STIX Two Text",Cambria,STIX,Charter,"Bitstream Charter","Iowan Old Style","Palatino Linotype",Georgia,serif;
--sans:system-ui,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
@media (prefers-color-scheme:dark){:root{--ink:#e4e6ea;--soft:#a4acb6;--paper:#14171b;--card:#1b1f25;--line:#363c45;
--proved:#6fd390;--refuted:#ff8f86;--undecided:#eeb85a;--link:#8ab8ff;--left:#79aefc;--right:#ff9a5c;--bound:#6fd390}}
*{box-sizing:border-box}
html{color-scheme:light dark;scroll-padding-top:5rem}
body{margin:0 auto;padding:0 clamp(.75rem,3vw,2rem) 4rem;max-width:76rem;color:var(--ink);background:var(--paper);
font:1.0625rem/1.5 var(--serif);overflow-wrap:anywhere}
math{font-family:"STIX Two Math","Cambria Math","Latin Modern Math","New Computer Modern Math",math;font-size:1.12em}
code,pre{font-family:ui-monospace,"Cascadia Mono","SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
a{color:var(--link)}
h1,h2,h3{font-weight:600;line-height:1.2;text-wrap:balance}
h1{margin:2.5rem 0 .4rem;font-size:clamp(1.8rem,5vw,2.6rem);letter-spacing:-.01em}
h2{margin:3.5rem 0 .2rem;font-size:1.65rem}
h3{margin:0;font-size:1.2rem}h3 a{text-decoration:none;font-weight:400;font-size:.72em;color:var(--soft)}
h3 a:hover{text-decoration:underline}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:.5rem;background:var(--card);padding:.25rem .5rem;z-index:2}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.summary{margin:.2rem 0 1.5rem;font:600 1rem/1.5 var(--sans)}.fine{color:var(--proved)}.wrong{color:var(--refuted)}
.source,.lead,.why,.verdict,.evidence,.because,figcaption,footer,summary,nav,form,table.point{
font-family:var(--sans);font-size:.875rem}
.source,.lead,.why,.evidence,figcaption,footer{color:var(--soft)}.source{margin:0}
.files table{border-collapse:collapse;width:100%}.files tr{border-top:1px solid var(--line)}
.files th{padding:.45rem 1rem .45rem 0;width:50%;font:1.05rem/1.3 var(--serif);white-space:normal}
.files td{padding:.45rem 1rem .45rem 0;color:var(--soft);vertical-align:middle}
.files svg{width:100%;min-width:3rem;max-width:12rem;height:.4rem;border-radius:.2rem}
.files rect{fill:var(--verdict)}
form{display:flex;flex-wrap:wrap;gap:.4rem 1rem;align-items:center;padding:.6rem 0;margin-top:1.5rem;
border-bottom:1px solid var(--line);background:var(--paper)}
form[hidden]{display:none}
@media (min-width:50rem) and (min-height:30rem){form{position:sticky;top:0;z-index:1}}
fieldset{display:flex;flex-wrap:wrap;gap:.25rem .9rem;border:0;padding:0;margin:0;min-width:0}
legend{float:left;padding:0;line-height:1.6rem;margin-right:.9rem;color:var(--soft)}
input[type=search],button{font:inherit;padding:.3rem .6rem;color:inherit;background:var(--card);
border:1px solid var(--soft);border-radius:.4rem;max-width:100%}
label{display:inline-flex;align-items:center;gap:.35rem;min-height:1.6rem}output{margin-left:auto;color:var(--soft)}
nav ul{columns:17rem;padding:0;margin:.5rem 0}nav li{break-inside:avoid;list-style:none;padding:.1rem 0}
.refuted{--verdict:var(--refuted)}.undecided{--verdict:var(--undecided)}.conflict{--verdict:var(--refuted)}
.proved{--verdict:var(--proved)}
.claim{background:var(--card);border:1px solid var(--line);border-top:3px solid var(--verdict);border-radius:.3rem;
margin:1.25rem 0;padding:.9rem clamp(.75rem,2.5vw,1.5rem) .8rem;display:grid;grid-template-columns:minmax(0,1fr);
column-gap:2rem;content-visibility:auto;contain-intrinsic-size:auto 26rem}
.claim[hidden]{display:none}.claim>*{min-width:0}
.claim>header{display:flex;flex-wrap:wrap;gap:.1rem 1.5rem;align-items:baseline;justify-content:space-between}
.finding{border-top-width:9px}
.verdict{margin:0;font-weight:600;color:var(--verdict)}nav li span{color:var(--verdict)}
.statement{margin:.5rem 0;font-size:1.12em}
.led{display:grid;grid-template-columns:minmax(5.5rem,max-content) minmax(0,1fr);column-gap:.75rem;
align-items:first baseline;margin:.15rem 0}
.led .lead,p.lead{margin:.3rem 0}.led .evidence,.led .point{margin:.3rem 0}
.f{overflow-x:auto;overflow-y:hidden;padding:.25rem 0}
.f math{margin:0;padding-right:.4em;width:max-content;text-align:left}
pre{overflow-x:auto;padding:.7rem .9rem;margin:.5rem 0;background:var(--card);border:1px solid var(--line);
border-radius:.3rem;font-size:.8125rem;line-height:1.45;overflow-wrap:normal}
.findings p{margin:1rem 0 -.3rem;font-family:var(--sans);font-size:.875rem}
table{border-collapse:collapse;max-width:100%}caption{text-align:left;font-weight:600}
th,td{text-align:left;vertical-align:top;padding:.15rem 1.25rem .15rem 0;font-weight:400}
th{color:var(--soft);white-space:nowrap}.point{margin:.6rem 0}.point caption{color:var(--refuted)}
td{font-variant-numeric:tabular-nums}
ul.evidence{margin:.5rem 0;line-height:1.45;padding:0;list-style:none}.because{margin:.5rem 0}
summary{cursor:pointer;color:var(--link);padding:.15rem 0;width:fit-content}
.chain{list-style:none;margin:.25rem 0 .75rem;padding:0}
.chain li{border-top:1px solid var(--line);padding:.3rem 0}.chain li:first-child{border-top:0}
.chain .start{margin-top:1rem}.chain .why{margin:0 0 0 1.5rem}
@media (min-width:50rem){.chain li{display:grid;grid-template-columns:minmax(0,3fr) minmax(0,2fr);gap:1.5rem;
align-items:center}.chain .why{margin:0}
}
@media (min-width:60rem){.claim:has(>figure){grid-template-columns:minmax(0,1fr) 21rem;
grid-template-rows:auto auto auto 1fr}.claim>header{grid-column:1/-1}
.claim>figure{grid-column:2;grid-row:2/5}.claim>footer{align-self:end}}
.claim>footer{display:flex;flex-wrap:wrap;gap:0 1.5rem;align-items:baseline;margin-top:.4rem}
.claim>footer details[open]{flex-basis:100%;min-width:0}
figure{margin:.6rem 0;max-width:26rem}figcaption{line-height:1.4;margin-top:.3rem}
figure svg{display:block;width:100%;height:auto}
svg .left{stroke:var(--left)}svg .right{stroke:var(--right)}svg .bound{stroke:var(--bound)}
svg .floor{stroke:var(--soft)}
svg rect.left,svg .left.dot{fill:var(--left)}svg .right.dot{fill:var(--right)}
svg .halo{paint-order:stroke;stroke:var(--card);stroke-width:4px;stroke-linejoin:round}
.graph{max-width:none;overflow-x:auto}.graph svg{width:auto;max-width:none;height:auto;
font-family:ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace}
.graph tspan{fill:var(--verdict)}.related{font:.875rem/1.45 var(--sans);margin:.5rem 0}
body>footer{margin-top:4rem;border-top:1px solid var(--line);padding-top:.75rem}
@media print{:root{--ink:#000;--soft:#333;--paper:#fff;--card:#fff;--line:#999;--link:#000;--proved:#000;--refuted:#000;
--undecided:#000;--left:#1d5fbf;--right:#c2410c;--bound:#126b33}html{font-size:10pt;color-scheme:light}
body{max-width:none;padding:0}.claim:has(>figure){grid-template-columns:minmax(0,1fr) 17rem;
grid-template-rows:auto auto auto 1fr}.claim>header{grid-column:1/-1}.claim>figure{grid-column:2;grid-row:2/5}
form,nav,.skip,.claim>footer details{display:none}
.claim{content-visibility:visible;break-inside:avoid-page;box-shadow:none}.f,pre{overflow:visible}
pre{white-space:pre-wrap}h2{break-after:avoid}
details::details-content{content-visibility:visible;display:block;block-size:auto;opacity:1}a{text-decoration:none}}
"""

SCRIPT = """
(function(){"use strict";
const form=document.querySelector("form"),claims=[...document.querySelectorAll(".claim")];
const out=form.querySelector("output");
const texts=claims.map(()=>null);form.hidden=false;
function words(k){return texts[k]??=claims[k].textContent.toLowerCase();}
function show(){const q=form.q.value.toLowerCase().split(/\\s+/).filter(Boolean);
const off=[...form.querySelectorAll("fieldset input")].filter(b=>b.name!=="finding"&&!b.checked).map(b=>b.name);
let n=0;claims.forEach((c,k)=>{const hide=off.some(w=>c.classList.contains(w))
||(form.finding.checked&&!c.classList.contains("finding"))||q.some(w=>!words(k).includes(w));
c.hidden=hide;if(!hide)n++;});out.value=n+" of "+claims.length+" claims";}
function reveal(){const id=decodeURIComponent(location.hash.slice(1)),c=id&&document.getElementById(id);
if(c&&c.hidden){form.reset();show();c.scrollIntoView();}}
form.addEventListener("input",show);form.addEventListener("submit",e=>e.preventDefault());
form.querySelector("button").addEventListener("click",e=>{const open=e.target.textContent.startsWith("Open");
document.querySelectorAll("details.proof").forEach(d=>{d.open=open;});
e.target.textContent=open?"Close all proofs":"Open all proofs";});
window.addEventListener("hashchange",reveal);
function reach(part){
[part,...part.querySelectorAll(".f,pre")].forEach(f=>{if(f.scrollWidth>f.clientWidth)f.tabIndex=0;});}
const seen=new IntersectionObserver(found=>found.forEach(e=>{if(e.isIntersecting)reach(e.target);}));
document.querySelectorAll(".claim,.findings,.graph").forEach(part=>seen.observe(part));
document.addEventListener("toggle",e=>reach(e.target),true);
window.addEventListener("beforeprint",()=>document.querySelectorAll("details.proof").forEach(d=>{d.open=true;}));
show();})();
"""
