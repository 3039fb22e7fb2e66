#Requires -Version 5.1
<#
.SYNOPSIS
为当前 Windows 用户安装、修复、更新或卸载“客户分析”。不需要管理员。

.DESCRIPTION
这个脚本只做一件事：找到一个 64 位的 Python（没有时用 uv 取得），用它运行旁边的安装文件 crm_xl-*.whl。
其余全部由安装文件完成；哪一步不成，就恢复到安装之前的状态。

.PARAMETER Wheelhouse
离线安装包的文件夹。省略时，旁边有 wheelhouse 文件夹就用它（不需要网络），没有就从网络下载。

.PARAMETER Python
用哪一个 python.exe。省略时自己找。

.PARAMETER AppFolder
程序放在哪里。省略时放在用户的本地数据文件夹。

.PARAMETER BooksFolder
工作簿放在哪里。省略时放在“文档”里的“客户分析”。

.PARAMETER Uninstall
卸载。您改动过的工作簿都会留下。

.EXAMPLE
powershell -NoProfile -ExecutionPolicy Bypass -File install.ps1
#>
[CmdletBinding()]
param(
    [string]$Wheelhouse = '',
    [string]$Python = '',
    [string]$AppFolder = '',
    [string]$BooksFolder = '',
    [switch]$Uninstall
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$Oldest = 311
# No double quotes: Windows PowerShell 5.1 loses them on the way to a program.
$Probe = 'import sys, struct; print(sys.version_info[0] * 100 + sys.version_info[1], struct.calcsize(chr(80)) * 8, sys.executable)'

function Stop-Plainly([string]$Sentence) {
    Write-Host $Sentence -ForegroundColor Red
    exit 2
}

function Get-Interpreter([string]$Program, [string[]]$Options) {
    # The path of an interpreter that can serve Excel; empty where there is none. A program may print to the error
    # stream, which Windows PowerShell would take for a failure of its own.
    $ErrorActionPreference = 'Continue'
    if (-not (Get-Command $Program -CommandType Application -ErrorAction SilentlyContinue)) { return '' }
    $Answer = & $Program @Options -c $Probe 2>$null | Select-Object -Last 1
    if ($LASTEXITCODE -ne 0 -or -not $Answer) { return '' }
    $Version, $Bits, $Path = "$Answer".Split(' ', 3)
    if ([int]$Version -lt $Oldest -or $Bits -ne '64' -or $Path -like '*\WindowsApps\*') { return '' }
    return $Path
}

function Find-Interpreter([string]$Wanted, [bool]$Offline) {
    # The version the packages were built for first; any that serves where they come over the network.
    $Versions = @($Wanted)
    if (-not $Offline) { $Versions = @($Wanted, '3.13', '3.12', '3.11', '3') }
    foreach ($Each in $Versions) {
        $Found = Get-Interpreter 'py' @("-$Each")
        if ($Found) { return $Found }
    }
    $Found = Get-Interpreter 'python' @()
    if ($Found) { return $Found }
    if (-not (Get-Command 'uv' -CommandType Application -ErrorAction SilentlyContinue)) { return '' }
    $ErrorActionPreference = 'Continue'
    $Path = & uv python find $Wanted 2>$null | Select-Object -Last 1
    if ($LASTEXITCODE -ne 0 -and -not $Offline) {
        Write-Host "正在用 uv 取得 Python $Wanted ……"
        & uv python install $Wanted 2>$null
        $Path = & uv python find $Wanted 2>$null | Select-Object -Last 1
    }
    if (-not $Path) { return '' }
    return Get-Interpreter "$Path" @()
}

try { [Console]::OutputEncoding = [System.Text.Encoding]::UTF8 } catch { Write-Verbose 'no console' }
$env:PYTHONUTF8 = '1'

$Beside = Join-Path $PSScriptRoot 'wheelhouse'
if (-not $Wheelhouse -and (Test-Path -LiteralPath $Beside -PathType Container)) { $Wheelhouse = $Beside }
$Folders = @($PSScriptRoot)
if ($Wheelhouse) { $Folders += $Wheelhouse }
$Wheel = $Folders |
    ForEach-Object { Get-ChildItem -LiteralPath $_ -Filter 'crm_xl-*.whl' -ErrorAction SilentlyContinue } |
    Sort-Object Name |
    Select-Object -Last 1
if (-not $Wheel) { Stop-Plainly "没有找到安装文件 crm_xl-*.whl：请把整个发行包解压到一个文件夹，再运行其中的 install.ps1。" }

$Wanted = '3.12'
if ($Wheelhouse) {
    $Built = Get-ChildItem -LiteralPath $Wheelhouse -Filter '*-win_amd64.whl' |
        Where-Object { $_.Name -match '-cp3(\d+)-cp3\d+-win_amd64' } |
        Select-Object -First 1
    if ($Built -and $Built.Name -match '-cp3(\d+)-cp3\d+-win_amd64') { $Wanted = "3.$($Matches[1])" }
}
if ($Python) { $Interpreter = Get-Interpreter $Python @() }
else { $Interpreter = Find-Interpreter $Wanted ([bool]$Wheelhouse) }
if (-not $Interpreter) {
    Stop-Plainly "没有找到可用的 Python：请从 python.org 下载 Windows 64 位的 Python $Wanted（不要用微软商店版），安装后再运行一次。"
}

$Arguments = @('-m', 'crm_xl.installing', '--wheel', $Wheel.FullName)
if ($Wheelhouse) { $Arguments += @('--wheelhouse', $Wheelhouse) }
if ($AppFolder) { $Arguments += @('--home', $AppFolder) }
if ($BooksFolder) { $Arguments += @('--books', $BooksFolder) }
if ($Uninstall) { $Arguments += '--uninstall' }

# Python takes a wheel for a folder of modules: nothing is installed into the interpreter that is found.
$Before = $env:PYTHONPATH
$env:PYTHONPATH = $Wheel.FullName
$ErrorActionPreference = 'Continue'
try {
    & $Interpreter @Arguments
    $Code = $LASTEXITCODE
}
finally {
    $env:PYTHONPATH = $Before
}
exit $Code
