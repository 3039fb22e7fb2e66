Attribute VB_Name = "RibbonCRM"
' What the ribbon tab and the buttons on the start sheet call. Each press hands one command id to Python.
' Functions are private: a public one would be offered to the user as a worksheet function.
Option Explicit

Private ribbon As IRibbonUI

Public Sub CRM_OnLoad(control As IRibbonUI)
    Set ribbon = control
End Sub

Public Sub CRM_OnAction(control As IRibbonControl)
    CRM_Press control.ID
End Sub

Public Sub CRM_GetEnabled(control As IRibbonControl, ByRef enabled As Variant)
    enabled = IsEnabled(control.ID)
End Sub

Public Sub CRM_ButtonPressed()
    ' A form button says by its name which command it stands for, or else by its alternative text:
    ' Excel may name a button itself, the alternative text always stays as the file says.
    Dim label As String

    On Error Resume Next
    label = Application.Caller
    If Left$(label, 4) <> "btn_" Then label = ActiveSheet.Shapes(label).AlternativeText
    On Error GoTo 0
    If Left$(label, 4) = "btn_" Then CRM_Press Mid$(label, 5)
End Sub

Public Sub CRM_Press(ByVal id As String)
    ' The id becomes part of a line of Python, and a button's text is whatever somebody wrote into the file.
    If id = "" Or id Like "*[!a-z_]*" Then Exit Sub
    ' While a cell is being edited Excel refuses every call, and xlwings would try again for ever.
    If Not IsReady() Then
        CRM_Tell CrmText("editing")
        Exit Sub
    End If
    If Not IsEnabled(id) Then Exit Sub

    On Error GoTo failed
    RunPython "import crm_xl.excel.ribbon as r; r.press('" & id & "')"
    CRM_Invalidate
    Exit Sub
failed:
    CRM_Tell CrmText("no_python") & vbCrLf & vbCrLf & Err.Description
    CRM_Invalidate
End Sub

Private Function IsEnabled(ByVal id As String) As Boolean
    ' A command rests while the hidden name CRM_<ID>_READY says FALSE; without such a name it is always ready.
    ' Python writes the name (CRM_UNDO_READY: there is a snapshot to restore).
    Dim state As String

    IsEnabled = True
    On Error GoTo ready
    state = ThisWorkbook.Names("CRM_" & UCase$(id) & "_READY").RefersTo
    IsEnabled = (Left$(UCase$(state), 6) <> "=FALSE")
ready:
End Function

Public Sub CRM_Invalidate()
    ' Ask Excel to fetch the state of every control again. The ribbon is lost when VBA was reset;
    ' the states then stay as they are until the workbook is opened again.
    On Error Resume Next
    If Not ribbon Is Nothing Then ribbon.Invalidate
    On Error GoTo 0
End Sub

Public Sub CRM_Tell(ByVal text As String)
    ' MsgBox shows only what the code page of Windows knows; Popup shows every character.
    On Error GoTo plain
    CreateObject("WScript.Shell").Popup text, 0, CrmText("title"), vbExclamation
    Exit Sub
plain:
    MsgBox text, vbExclamation, CrmText("title")
End Sub

Private Function IsReady() As Boolean
    IsReady = True
    On Error Resume Next
    IsReady = Application.Ready
    On Error GoTo 0
End Function
