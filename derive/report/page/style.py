"""How the page looks, on a screen, in the dark and on paper; and the script of its search."""

STYLE = """
:root{--ink:#1a1d21;--soft:#565d66;--paper:#fdfdfc;--card:#fff;--line:#d9dce0;--proved:#126b33;--refuted:#b3261e;
--undecided:#7a5200;--link:#1451a8;--left:#1d5fbf;--right:#c2410c;--bound:#126b33}
@media (prefers-color-scheme:dark){:root{--ink:#e6e8eb;--soft:#a4acb6;--paper:#15181c;--card:#1c2026;--line:#363c45;
--proved:#6fd390;--refuted:#ff8f86;--undecided:#eeb85a;--link:#8ab8ff;--left:#79aefc;--right:#ff9a5c;--bound:#6fd390}}
*{box-sizing:border-box}
html{color-scheme:light dark;scroll-padding-top:1rem}
body{margin:0 auto;padding:0 1rem 3rem;max-width:62rem;color:var(--ink);background:var(--paper);
font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
math{font-family:"STIX Two Math","Cambria Math","Latin Modern Math","New Computer Modern Math",math;font-size:1.1em}
a{color:var(--link)}
h1{margin:1.5rem 0 .25rem;line-height:1.2}h2{margin:2.5rem 0 .25rem;line-height:1.2}
h3{margin:0;font-size:1rem;line-height:1.4}h3 a{text-decoration:none}h3 a:hover{text-decoration:underline}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem;background:var(--card);padding:.25rem .5rem}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.summary{font-weight:600}.fine{color:var(--proved)}.wrong{color:var(--refuted)}
.source,.lead,.why,figcaption,footer{color:var(--soft);font-size:.9rem;margin:.25rem 0}
form{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;padding:.75rem 0}form[hidden]{display:none}
fieldset{display:flex;flex-wrap:wrap;gap:.25rem 1rem;border:1px solid var(--line);border-radius:.4rem;margin:0;
min-width:0}
input[type=search],button{font:inherit;padding:.25rem .5rem;color:inherit;background:var(--card);
border:1px solid var(--soft);border-radius:.4rem;max-width:100%}
nav ul{columns:18rem;padding-left:1.2rem;margin:.5rem 0}nav li{break-inside:avoid;list-style:none}
.claim{background:var(--card);border:1px solid var(--line);border-left:4px solid var(--proved);border-radius:.4rem;
margin:1rem 0;padding:.75rem 1rem;content-visibility:auto;contain-intrinsic-size:auto 26rem}
.claim[hidden]{display:none}
.refuted{--verdict:var(--refuted)}.undecided{--verdict:var(--undecided)}.conflict{--verdict:var(--refuted)}
.proved{--verdict:var(--proved)}.claim{border-left-color:var(--verdict)}.finding{border-left-width:10px}
.verdict{margin:.1rem 0 .5rem;font-weight:600;color:var(--verdict)}nav li span{color:var(--verdict)}
.f{overflow-x:auto;overflow-y:hidden;padding:.2rem 0}
.f math{margin:0;padding-right:.4em;width:max-content;text-align:left}
pre{overflow-x:auto;padding:.5rem;margin:.5rem 0;border:1px solid var(--line);border-radius:.3rem;font-size:.85rem;
line-height:1.4;overflow-wrap:normal}
table{border-collapse:collapse;margin:.5rem 0;max-width:100%}caption{text-align:left;font-weight:600}
th,td{text-align:left;vertical-align:top;padding:.15rem .75rem .15rem 0;font-weight:400}
th{color:var(--soft);white-space:nowrap}
td{font-variant-numeric:tabular-nums}
ul.evidence{margin:.25rem 0;padding-left:1.2rem}
summary{cursor:pointer;color:var(--link);margin:.25rem 0;width:fit-content}
.chain{list-style:none;margin:.25rem 0;padding:0}.chain li{border-top:1px solid var(--line);padding:.2rem 0}
.chain .start{margin-top:1rem}.chain .why{margin:0 0 0 1.5rem}
@media (min-width:50rem){.chain li{display:grid;grid-template-columns:minmax(0,3fr) minmax(0,2fr);gap:1rem;
align-items:center}.chain .why{margin:0}}
figure{margin:.75rem 0;max-width:26rem}svg{display:block;width:100%;height:auto}
svg .left{stroke:var(--left)}svg .right{stroke:var(--right)}svg .bound{stroke:var(--bound)}
svg .floor{stroke:var(--soft)}
svg rect.left,svg .left.dot{fill:var(--left)}svg .right.dot{fill:var(--right)}
svg .halo{paint-order:stroke;stroke:var(--card);stroke-width:4px;stroke-linejoin:round}
@media print{:root{--ink:#000;--soft:#333;--paper:#fff;--card:#fff;--line:#999;--link:#000;--proved:#000;--refuted:#000;
--undecided:#000}body{max-width:none;padding:0;font-size:10pt}form,nav,.skip{display:none}
.claim{content-visibility:visible;break-inside:avoid-page}.f,pre{overflow:visible}pre{white-space:pre-wrap}
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
window.addEventListener("beforeprint",()=>document.querySelectorAll("details.proof").forEach(d=>{d.open=true;}));
show();})();
"""
