package show

// style is the page's, which has no other.
const style = `
body{font:14px/1.45 system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif;margin:16px;width:1248px;color:#1c2430;background:#fff}
h1{font-size:21px;margin:0 0 4px}h2{font-size:16px;margin:18px 0 6px}
.verdict{font-size:15px;padding:2px 9px;border-radius:9px;color:#fff;background:#2e7d4f}.verdict.correctness,.verdict.crash,.verdict.liveness{background:#b3261e}
.facts{margin:2px 0;color:#4a5568;font-size:13px}
.violations{margin:8px 0;padding:8px 8px 8px 32px;background:#fdecea;border-left:4px solid #b3261e}
svg{display:block;border:1px solid #cbd2dc}
text{font-size:12px;fill:#1c2430}.name{font-weight:600;font-size:13px}.small{font-size:11.5px;fill:#4a5568}.time{fill:#4a5568}
.rule{stroke:#dde2ea}.tick{stroke:#eef1f5}.grid{stroke:#e3e7ee;stroke-dasharray:2 3}.phase{stroke:#6b7a90;stroke-dasharray:4 3}
.cut{fill:#f1ece0;opacity:.75}.down{fill:#f6cfca;opacity:.55}.starting{fill:#fbe7b8;opacity:.55}
.boot{fill:#e0a93b}.serving{fill:#5d9c74}
.fault{fill:#c77700}.faint{fill:#c9ced8}.loud{fill:#b3261e}
.write.ok{fill:#2b6cb0}.write.refused{fill:#dd6b20}.write.unknown{fill:#a0a9b8}
.read.ok{fill:#2c9c94}.read.refused{fill:#dd6b20}
.admin.ok{fill:#7b4fb5}.admin.refused{fill:#dd6b20}.admin.unknown{fill:#a0a9b8}
rect.told{stroke:#b3261e;stroke-width:2.5}line.told{stroke:#b3261e;stroke-width:1.2;stroke-dasharray:5 3}.event{fill:#b3261e;font-weight:600;font-size:11.5px}
.curve{fill:none;stroke-width:1.8}.curve.end{stroke:#2b6cb0}.curve.high{stroke:#2e9d57;stroke-dasharray:7 3}.curve.flushed{stroke:#d9822b}.curve.start{stroke:#8a94a6}
.dot{fill:transparent}.dot:hover{fill:#2b6cb0}
rect:hover{stroke:#111;stroke-width:1}
table{border-collapse:collapse;margin:8px 0;font-size:13px;width:1240px}th,td{text-align:left;padding:2px 8px;border-bottom:1px solid #e6eaf0;vertical-align:top}
td:nth-child(-n+3){white-space:nowrap}tr.named td,tr.ok.named td,tr.refused.named td,tr.unknown.named td{background:#fdecea;font-weight:600}tr.struck td{color:#b3261e}
tr.refused td{color:#9a4a10}tr.unknown td{color:#5b6575}
.legend span{display:inline-block;margin:6px 14px 0 0;font-size:13px}.legend i{display:inline-block;width:14px;height:10px;margin-right:5px}
#tip{position:fixed;left:16px;bottom:0;max-width:1216px;background:#1c2430;color:#fff;padding:6px 12px;font-size:14px;display:none;border-radius:6px 6px 0 0}
`

// script shows what is under the pointer in words at the foot of the window.
const script = `
var tip=document.getElementById("tip");
document.addEventListener("mouseover",function(e){var t=e.target.querySelector&&e.target.closest("svg")?e.target.querySelector("title"):null;
if(t&&e.target.tagName!=="svg"){tip.textContent=t.textContent;tip.style.display="block"}else{tip.style.display="none"}});
`

const legend = `<p class="legend"><span><i style="background:#2b6cb0"></i>write, acknowledged</span><span><i style="background:#2c9c94"></i>read</span>
<span><i style="background:#7b4fb5"></i>admin</span><span><i style="background:#dd6b20"></i>refused</span><span><i style="background:#a0a9b8"></i>outcome unknown</span>
<span><i style="background:#e0a93b"></i>starts</span><span><i style="background:#5d9c74"></i>serves</span><span><i style="background:#f6cfca"></i>down</span>
<span><i style="background:#f1ece0"></i>cut short: nothing happens</span><span><i style="background:#b3261e"></i>named by a broken promise; a fault that cost something</span></p>
`
