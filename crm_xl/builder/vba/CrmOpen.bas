Attribute VB_Name = "CrmOpen"
' What happens when the workbook is opened. Nothing here may stop or disturb the user: without
' Python the workbook opens silently and still shows its stored values.
Option Explicit

Private Const HELP_SHEET As String = "_help"
Private Const FIRST_ARGUMENT As Long = 4
Private Const LONGEST_HELP As Long = 255

' The one timer that may be running. It must not outlive the workbook: Excel would open it again for that.
Private pendingTime As Date
Private pendingName As String

Public Sub CRM_Opened()
    HideBanner
    RegisterHelp
    Schedule "CrmOpen.CRM_WarmUp", 1
    ' Hiding the banner is no change that a user should be asked to save.
    ThisWorkbook.Saved = True
End Sub

Public Sub CRM_Closing()
    If pendingName = "" Then Exit Sub
    On Error Resume Next
    Application.OnTime pendingTime, pendingName, , False
    pendingName = ""
End Sub

Private Sub HideBanner()
    ' The rows that say how to enable macros: hidden by the very macro that they ask for.
    On Error Resume Next
    ThisWorkbook.Names("CRM_BANNER").RefersToRange.EntireRow.Hidden = True
End Sub

Private Sub RegisterHelp()
    ' Give the function wizard what sheet _help says.
    ' Columns: function, category, description, then one per argument; the first row is the heading.
    Dim cells As Variant
    Dim row As Long

    On Error GoTo absent
    cells = ThisWorkbook.Worksheets(HELP_SHEET).UsedRange.Value
    For row = 2 To UBound(cells, 1)
        If CStr(cells(row, 1)) <> "" Then
            RegisterOne cells, row
        End If
    Next row
absent:
End Sub

Private Sub RegisterOne(ByRef cells As Variant, ByVal row As Long)
    Dim helps() As Variant
    Dim column As Long
    Dim count As Long

    On Error GoTo failed
    For column = FIRST_ARGUMENT To UBound(cells, 2)
        If CStr(cells(row, column)) <> "" Then
            count = column - FIRST_ARGUMENT + 1
            ReDim Preserve helps(1 To count)
            helps(count) = Left$(CStr(cells(row, column)), LONGEST_HELP)
        End If
    Next column
    If count > 0 Then
        Application.MacroOptions Macro:=QualifiedName(CStr(cells(row, 1))), _
            Description:=Left$(CStr(cells(row, 3)), LONGEST_HELP), _
            Category:=CStr(cells(row, 2)), ArgumentDescriptions:=helps
    Else
        Application.MacroOptions Macro:=QualifiedName(CStr(cells(row, 1))), _
            Description:=Left$(CStr(cells(row, 3)), LONGEST_HELP), _
            Category:=CStr(cells(row, 2))
    End If
failed:
    ' A function that Excel does not find has no help; the others keep theirs.
End Sub

Public Sub CRM_WarmUp()
    ' Start Python while the user is still reading, and let it say whether it fits this workbook.
    Dim message As String

    pendingName = ""
    ' On a Mac there is no server to warm up; a button starts Python when it is pressed.
    If InStr(Application.OperatingSystem, "Mac") > 0 Then Exit Sub
    On Error GoTo absent
    message = XLPy.Str(XLPy.Call(XLPy.Module("crm_xl.excel.ribbon"), "warm_up", XLPy.Tuple(SchemaVersion())))
    CRM_Invalidate
    RecalculateOnce
    If message <> "" Then CRM_Tell message
    Exit Sub
absent:
    ShowAbsence
End Sub

Private Sub RecalculateOnce()
    ' A file that was refreshed outside Excel keeps the values its formulas had before: compute them, once.
    Dim flag As Object

    On Error GoTo absent
    Set flag = ThisWorkbook.Names("CRM_RECALCULATE").RefersToRange
    If CStr(flag.Value) = CrmText("yes") Then
        Application.CalculateFull
        flag.Value = CrmText("no")
    End If
absent:
End Sub

Private Sub ShowAbsence()
    On Error Resume Next
    Application.StatusBar = CrmText("no_python")
    Schedule "CrmOpen.CRM_ClearStatus", 20
End Sub

Public Sub CRM_ClearStatus()
    pendingName = ""
    On Error Resume Next
    Application.StatusBar = False
End Sub

Private Function SchemaVersion() As String
    ' Which declaration of tables the workbook was built from; "" if it does not say.
    On Error Resume Next
    SchemaVersion = CStr(ThisWorkbook.Names("CRM_SCHEMA_VERSION").RefersToRange.Value)
End Function

Private Sub Schedule(ByVal procedure As String, ByVal seconds As Long)
    On Error Resume Next
    pendingTime = Now + TimeSerial(0, 0, seconds)
    pendingName = QualifiedName(procedure)
    Application.OnTime pendingTime, pendingName
End Sub

Private Function QualifiedName(ByVal procedure As String) As String
    QualifiedName = "'" & Replace(ThisWorkbook.Name, "'", "''") & "'!" & procedure
End Function
