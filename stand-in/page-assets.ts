/** The page carries all it needs: nothing is loaded from elsewhere. */
export const pageStyle = `
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--text:#1a1f29;--soft:#5d6675;--line:#e3e6eb;
--good:#147a46;--good-bg:#e3f5ea;--bad:#b3261e;--bad-bg:#fce8e6;--wait:#8a5a00;--wait-bg:#fdf1d8;--info:#2457a8;--info-bg:#e6eefb}
@media(prefers-color-scheme:dark){:root{--bg:#12151b;--card:#1a1f28;--text:#e7eaf0;--soft:#98a2b3;--line:#2b323e;
--good:#6fd6a0;--good-bg:#6fd6a022;--bad:#ff9a91;--bad-bg:#ff9a9122;--wait:#f0c36d;--wait-bg:#f0c36d22;--info:#9dbff5;--info-bg:#9dbff522}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:46rem;margin:0 auto;padding:2.5rem 1.25rem}
.system{margin:0;color:var(--soft)}
h1{margin:0 0 .5rem;font-size:2rem;line-height:1.15;letter-spacing:-.02em}
h2{font-size:1.05rem;margin:2rem 0 .6rem;display:flex;justify-content:space-between;gap:1rem;align-items:baseline;flex-wrap:wrap}
#summary{font-weight:400;font-size:.9rem;color:var(--soft)}
.why{margin:0;color:var(--soft)}
.badge,.state{display:inline-block;border-radius:99px;padding:.05rem .6rem;font-size:.82rem;font-weight:600;background:var(--info-bg);color:var(--info)}
.badge{margin-right:.25rem}
dl{display:flex;flex-wrap:wrap;gap:.4rem 2rem;margin:1.25rem 0 0}
dt{color:var(--soft);font-size:.82rem}dd{margin:0}
code{font:.92em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
table{width:100%;border-collapse:separate;border-spacing:0;background:var(--card);border:1px solid var(--line);border-radius:12px;overflow:hidden}
th,td{text-align:left;vertical-align:top;padding:.65rem .9rem;overflow-wrap:anywhere}
th{font-size:.82rem;font-weight:500;color:var(--soft)}
td{border-top:1px solid var(--line)}
th:nth-child(2),td:nth-child(2){width:6.5rem;overflow-wrap:normal}th:nth-child(3){width:45%}
.kind,.to,.detail{color:var(--soft);font-size:.87rem}
[data-status=reached] .state{background:var(--good-bg);color:var(--good)}
[data-status=failed] .state{background:var(--bad-bg);color:var(--bad)}
[data-status=pending] .state{background:var(--wait-bg);color:var(--wait)}
.none{color:var(--soft)}
footer{margin-top:1.25rem;color:var(--soft);font-size:.87rem}
a{color:var(--info)}
@media(max-width:34rem){thead{display:none}td{display:block;width:auto!important;padding:.25rem .9rem;border:0}
td:first-child{border-top:1px solid var(--line);padding-top:.7rem}td:last-child{padding-bottom:.8rem}td:nth-child(2){display:none}}
`;

/** Tries the browser's needs from where the page is viewed and follows the container's. */
export const pageScript = `
(function(){
  function show(row,status,detail){
    row.dataset.status=status;
    row.querySelector(".state").textContent=status;
    row.querySelector(".detail").textContent=detail;
  }
  document.querySelectorAll("tr[data-status=browser][data-url]").forEach(function(row){
    show(row,"pending","trying from this browser");
    fetch(row.dataset.url,{mode:"no-cors",cache:"no-store",signal:AbortSignal.timeout(8000)}).then(
      function(){show(row,"reached","answered this browser")},
      function(){show(row,"failed","gave this browser no answer")});
  });
  function follow(){
    fetch("wiring",{cache:"no-store"}).then(function(r){return r.json()}).then(function(w){
      var own=w.needs.filter(function(n){return n.reach==="container"});
      own.forEach(function(n){
        var row=document.querySelector('tr[data-reach=container][data-need="'+CSS.escape(n.name)+'"]');
        if(row)show(row,n.status,n.detail);
      });
      var s=document.getElementById("summary");
      s.dataset.allReached=w.allReached;
      if(own.length)s.textContent=own.filter(function(n){return n.status==="reached"}).length+" of "+own.length+" reached from this container";
    }).catch(function(){});
  }
  setInterval(follow,5000);
})();
`;
